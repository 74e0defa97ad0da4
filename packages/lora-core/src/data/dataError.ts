/** What is wrong with a data file, or with how it is read, for its owner. */
import { DuetError } from "../errors/duetError.ts";
import { say, type Told } from "../sayings/saying.ts";
import { DATA_SENTENCES, type DataSaying } from "./dataSentences.ts";

/** COLUMNS: what was chosen of the file; ROWS: what there is in it. */
export const dataError = (code: "COLUMNS" | "ROWS", saying: DataSaying): DuetError =>
  new DuetError(code, say(DATA_SENTENCES, saying), { told: saying as Told });
