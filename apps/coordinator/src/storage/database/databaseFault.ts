/** The database cannot do what it was asked: no space, no connection, another one has written. `code` is the database's own. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Any error of a driver as one. */
export function databaseFault(error: unknown): DatabaseFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return new DatabaseFault(error instanceof Error ? error.message : String(error), code, { cause: error });
}
