/** What is worth trying again, and when. */
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";

/** At most so much longer than was asked for, so that not all who were refused come back together. */
const JITTER = 0.5;

/** True when waiting and trying again can help. */
export const isTransient = (error: unknown): error is DuetError =>
  hasCode(error, "UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL") ||
  (hasCode(error, "QUOTA_USED_UP") && error.retryAfterMs !== null);

/** When to try again, ms from now, where the coordinator said so: that, and up to half as much; null where it did not. */
export function retryAfterOf(error: unknown): number | null {
  if (!isTransient(error) || error.retryAfterMs === null) return null;
  const [draw = 0] = crypto.getRandomValues(new Uint8Array(1));
  return error.retryAfterMs * (1 + (JITTER * draw) / 256);
}
