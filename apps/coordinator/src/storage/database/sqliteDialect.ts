/** Kysely over the thread that has the SQLite database. */
import { Worker } from "node:worker_threads";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { DatabaseFault } from "./databaseFault.ts";
import type { SqliteReply, SqliteResult, SqliteWork } from "./sqliteMessages.ts";

/** For a file that is there, or can be made where it is named. */
export function sqliteDialect(path: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteThreadDriver(path),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite has one transaction at a time: while one is open, everybody else waits. */
class SqliteThreadDriver implements Driver {
  readonly #path: string;
  #thread: SqliteThreadClient | null = null;
  #gate: Promise<unknown> = Promise.resolve();
  readonly #openGates = new Map<DatabaseConnection, () => void>();

  constructor(path: string) {
    this.#path = path;
  }

  async init(): Promise<void> {
    this.#thread = await startThread(this.#path);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection: DatabaseConnection = {
      executeQuery: <R>(query: CompiledQuery) => this.#query<R>(connection, query),
      // biome-ignore lint/correctness/useYield: a stream of rows is never asked for.
      async *streamQuery() {
        throw new Error("Rows are not streamed");
      },
    };
    return connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const before = this.#gate;
    this.#gate = new Promise<void>((open) => this.#openGates.set(connection, open));
    await before;
    await this.#run({ kind: "begin" }).catch((error) => {
      this.#open(connection);
      throw error;
    });
  }

  /** Where it fails, kysely rolls back. */
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#run({ kind: "commit" });
    this.#open(connection);
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#run({ kind: "rollback" }).finally(() => this.#open(connection));
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#thread?.end();
  }

  async #query<R>(connection: DatabaseConnection, { sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#openGates.has(connection)) await this.#noTransaction();
    const { rows, changes } = await this.#run({ kind: "query", sql, parameters });
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  /** Another transaction may have queued up while this one was waited for. */
  async #noTransaction(): Promise<void> {
    for (let gate: unknown = null; gate !== this.#gate; ) {
      gate = this.#gate;
      await gate;
    }
  }

  #open(connection: DatabaseConnection): void {
    this.#openGates.get(connection)?.();
    this.#openGates.delete(connection);
  }

  #run(work: SqliteWork): Promise<SqliteResult> {
    if (!this.#thread) throw new DatabaseFault("The database is not open", "SQLITE_MISUSE");
    return this.#thread.run(work);
  }
}

interface SqliteThreadClient {
  run(work: SqliteWork): Promise<SqliteResult>;
  end(): Promise<void>;
}

async function startThread(path: string): Promise<SqliteThreadClient> {
  const worker = new Worker(new URL("./startSqliteThread.mjs", import.meta.url));
  const waiting = new Map<number, { resolve: (result: SqliteResult) => void; reject: (fault: DatabaseFault) => void }>();
  let ended: DatabaseFault | null = null;
  let newest = 0;
  const giveUp = (error: unknown) => {
    ended ??= new DatabaseFault(`The database has stopped: ${error instanceof Error ? error.message : error}`, "SQLITE_STOPPED");
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("error", giveUp);
  worker.on("exit", (code) => giveUp(`its thread ended with ${code}`));
  worker.on("message", (reply: SqliteReply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("result" in reply) request?.resolve(reply.result);
    else request?.reject(new DatabaseFault(reply.fault.message, reply.fault.code));
  });
  const client: SqliteThreadClient = {
    run: (work) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++newest;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ ...work, id });
      }),
    async end() {
      await client.run({ kind: "close" });
      await worker.terminate();
    },
  };
  try {
    await client.run({ kind: "open", path });
    return client;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}
