import { say, type Told } from "../sayings/saying.ts";
import { DuetError } from "./duetError.ts";
import type { ErrorCode } from "./errorTable.ts";
import { WORK_SENTENCES, type WorkSaying } from "./workSentences.ts";

/** A failure where a client computes, told as data. */
export const workError = (code: ErrorCode, saying: WorkSaying, options?: ErrorOptions): DuetError =>
  new DuetError(code, say(WORK_SENTENCES, saying), { ...options, told: saying as Told });
