import { say, type Told } from "../sayings/saying.ts";
import { DuetError } from "./duetError.ts";
import type { ErrorCode } from "./errorTable.ts";
import { WORKER_SENTENCES, type WorkerSaying } from "./workerSentences.ts";

/** A failure of a worker that it cannot tell itself, told as data. */
export const workerError = (code: ErrorCode, saying: WorkerSaying, options?: ErrorOptions): DuetError =>
  new DuetError(code, say(WORKER_SENTENCES, saying), { ...options, told: saying as Told });
