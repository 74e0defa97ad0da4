/** What is worth trying again, and when. */
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import { MAX_RETRY_AFTER_MS } from "@duet/lora-core/protocol/limits";

/** Before the next try; whatever a coordinator says, none is sooner. */
export const RETRY_DELAY_MS = 2_000;

/** At most so much longer than was asked for, so that not all who were refused come back together. */
const JITTER = 0.5;

/** True when waiting and trying again can help. */
export const isTransient = (error: unknown): error is DuetError =>
  hasCode(error, "UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL") ||
  (hasCode(error, "QUOTA_USED_UP") && error.retryAfterMs !== null);

/**
 * When to try again, ms from now, where the coordinator said so: that, but `most` at most, and up to half as much more; null where it did
 * not say.
 */
export function retryAfterOf(error: unknown, most = MAX_RETRY_AFTER_MS): number | null {
  if (!isTransient(error) || error.retryAfterMs === null) return null;
  const [draw = 0] = crypto.getRandomValues(new Uint8Array(1));
  const asked = Math.min(most, Math.max(RETRY_DELAY_MS, error.retryAfterMs));
  return asked * (1 + (JITTER * draw) / 256);
}
