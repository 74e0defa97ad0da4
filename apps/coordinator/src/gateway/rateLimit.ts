/** A sliding window over one socket's messages. */
import { MAX_MESSAGES_PER_10S } from "@duet/lora-core/protocol/limits";
import type { Clock } from "../ports/clock.ts";

const WINDOW_MS = 10_000;

/** Returns a function that says whether one more message is allowed at this moment, and counts it if so. */
export function createRateLimit(clock: Clock, limit = MAX_MESSAGES_PER_10S): () => boolean {
  const accepted: number[] = [];
  return () => {
    const now = clock.now();
    while (accepted[0] !== undefined && accepted[0] <= now - WINDOW_MS) accepted.shift();
    if (accepted.length >= limit) return false;
    accepted.push(now);
    return true;
  };
}
