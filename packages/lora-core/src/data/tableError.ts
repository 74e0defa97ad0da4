import { DuetError } from "../errors/duetError.ts";
import { say, type Told } from "../sayings/saying.ts";
import { DATA_SENTENCES, type DataSaying } from "./dataSentences.ts";

/** Why a file as a whole cannot be used. Single bad rows are never errors; they are listed as rejected. */
export type TableProblem = "EMPTY" | "BINARY" | "TOO_LARGE" | "UNREADABLE" | "ENCODING";

export class TableError extends DuetError {
  constructor(
    readonly problem: TableProblem,
    saying: DataSaying,
  ) {
    super("TABLE", say(DATA_SENTENCES, saying), { told: saying as Told });
  }
}
