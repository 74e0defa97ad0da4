import { say, type Told } from "../sayings/saying.ts";
import { DuetError } from "./duetError.ts";
import type { ErrorCode } from "./errorTable.ts";
import { HUB_SENTENCES, type HubSaying } from "./hubSentences.ts";

/** What a hub refuses, told as data. */
export const hubError = (code: ErrorCode, saying: HubSaying, options?: ErrorOptions): DuetError =>
  new DuetError(code, say(HUB_SENTENCES, saying), { ...options, told: saying as Told });
