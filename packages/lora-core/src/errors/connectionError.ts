import { say, type Told } from "../sayings/saying.ts";
import { CONNECTION_SENTENCES, type ConnectionSaying } from "./connectionSentences.ts";
import { DuetError } from "./duetError.ts";
import type { ErrorCode } from "./errorTable.ts";

/** A failure between a client and its coordinator, told as data. */
export const connectionError = (code: ErrorCode, saying: ConnectionSaying, options?: ErrorOptions): DuetError =>
  new DuetError(code, say(CONNECTION_SENTENCES, saying), { ...options, told: saying as Told });
