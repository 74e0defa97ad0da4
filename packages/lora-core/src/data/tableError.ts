import { DuetError } from "../errors/duetError.ts";

/** Why a file as a whole cannot be used. Single bad rows are never errors; they are listed as rejected. */
export type TableProblem = "EMPTY" | "BINARY" | "TOO_LARGE" | "UNREADABLE" | "ENCODING";

/** `message` is a sentence for the file's owner. */
export class TableError extends DuetError {
  constructor(
    readonly problem: TableProblem,
    message: string,
  ) {
    super("TABLE", message);
  }
}
