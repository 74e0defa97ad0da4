/** What passes between the event loop and the thread that has the SQLite database. */

/** `open` is the first, `close` the last. `begin` to `commit` or `rollback` belong together; a query outside of them is a transaction of its own. */
export type SqliteWork =
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "query"; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly kind: "begin" | "commit" | "rollback" | "close" };

export type SqliteRequest = SqliteWork & { readonly id: number };

export interface SqliteResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

export type SqliteReply =
  | { readonly id: number; readonly result: SqliteResult }
  | { readonly id: number; readonly fault: { readonly message: string; readonly code: string } };
