/**
 * The thread that has the SQLite database, so that no wait for a disk is one of the event loop. Queries that arrive while it waits are
 * committed together, and each is answered once that commit is on disk (WAL, synchronous FULL).
 */
import { parentPort } from "node:worker_threads";
import Database from "libsql";
import type { SqliteReply, SqliteRequest, SqliteResult, SqliteWork } from "./sqliteMessages.ts";

type Query = Extract<SqliteRequest, { kind: "query" }>;
const KEPT_STATEMENTS = 200;
const NOTHING: SqliteResult = { rows: [], changes: 0 };

const port = parentPort;
if (!port) throw new Error("This is the entry of a worker thread");

let opened: Database.Database | null = null;

const statements = new Map<string, Database.Statement>();
const waiting: SqliteRequest[] = [];

port.on("message", (request: SqliteRequest) => {
  waiting.push(request);
  if (waiting.length === 1) setImmediate(answerAll);
});

/** Everything that has arrived. */
function answerAll(): void {
  const requests = waiting.splice(0);
  while (requests.length > 0) {
    const together = opened?.inTransaction ? 1 : requests.findIndex(({ kind }) => kind !== "query");
    const group = requests.splice(0, Math.max(1, together < 0 ? requests.length : together));
    for (const reply of group.length > 1 ? committedTogether(group as Query[]) : group.map(attempt)) port?.postMessage(reply);
  }
}

/** One commit for all: what fails by itself changes nothing, and when the commit fails nothing of them has happened. */
function committedTogether(group: readonly Query[]): readonly SqliteReply[] {
  try {
    carryOut({ kind: "begin" });
    const replies = group.map(attempt);
    carryOut({ kind: "commit" });
    return replies;
  } catch (error) {
    carryOut({ kind: "rollback" });
    return group.map(({ id }) => ({ id, fault: faultOf(error) }));
  }
}

function attempt(request: SqliteRequest): SqliteReply {
  try {
    return { id: request.id, result: carryOut(request) };
  } catch (error) {
    return { id: request.id, fault: faultOf(error) };
  }
}

function carryOut(work: SqliteWork): SqliteResult {
  switch (work.kind) {
    case "open":
      opened = openFile(work.path);
      return NOTHING;
    case "begin":
      return query("begin immediate", []);
    case "commit":
      return query("commit", []);
    case "rollback":
      // After a full disk SQLite has done it by itself.
      return database().inTransaction ? query("rollback", []) : NOTHING;
    case "close":
      opened?.close();
      return NOTHING;
    case "query":
      return query(work.sql, work.parameters);
  }
}

function openFile(path: string): Database.Database {
  const file = new Database(path);
  for (const pragma of ["busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
    file.pragma(pragma);
  return file;
}

function database(): Database.Database {
  if (!opened) throw new Error("The database is not open");
  return opened;
}

function query(sql: string, parameters: readonly unknown[]): SqliteResult {
  const statement = statements.get(sql) ?? database().prepare(sql);
  if (statements.size >= KEPT_STATEMENTS) statements.clear();
  statements.set(sql, statement);
  if (statement.reader) return { rows: statement.all(...parameters), changes: 0 };
  return { rows: [], changes: statement.run(...parameters).changes };
}

function faultOf(error: unknown) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "SQLITE";
  return { message: error instanceof Error ? error.message : String(error), code };
}
