/** Why a file as a whole cannot be used. Single bad rows are never errors; they are listed as rejected. */
export type TableErrorCode = "EMPTY" | "BINARY" | "TOO_LARGE" | "UNREADABLE";

/** `message` is a sentence for the file's owner. */
export class TableError extends Error {
  constructor(
    readonly code: TableErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "TableError";
  }
}
