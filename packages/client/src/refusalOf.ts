/** What the coordinator refused, as an error. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { Failure } from "@duet/lora-core/protocol/errors";

export const refusalOf = ({ code, message, told, retryAfterMs }: Failure["error"]): DuetError =>
  new DuetError(code, message, { told: told ?? null, retryAfterMs });
