/** Kysely over a PostgreSQL server, whose errors become a {@link DatabaseFault}. */
import { type Dialect, PostgresDialect } from "kysely";
import pg from "pg";
import { databaseFault } from "./databaseFault.ts";

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** Longest that one query may take; all of them are small. */
const QUERY_TIMEOUT_MS = 60_000;
/** A transaction of a process that was stopped in its middle keeps its locks no longer than this. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** Counts and instants are whole numbers below 2^53. */
const INT8 = 20;

/** Connects when it is first asked for something. */
export function postgresDialect(url: string): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    types: { getTypeParser: (type, format) => (type === INT8 ? Number : pg.types.getTypeParser(type, format)) },
  });
  // A connection that the server ends while nobody uses it: the next query gets another one.
  pool.on("error", () => {});
  // One that it ends in the middle of a transaction: the query that follows fails.
  pool.on("connect", (client) => void client.on("error", () => {}));
  const faulty = <T>(work: Promise<T>): Promise<T> => work.catch((error) => Promise.reject(databaseFault(error)));
  return new PostgresDialect({
    pool: {
      async connect() {
        const client = await faulty(pool.connect());
        return {
          query: (sql: string, parameters: readonly unknown[]) => faulty(client.query(sql, [...parameters])),
          release: () => client.release(),
        } as never;
      },
      end: () => pool.end(),
    },
  });
}
