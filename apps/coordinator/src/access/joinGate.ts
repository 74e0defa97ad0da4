/**
 * How many joins are worked on at a time, whoever asks: each is a row that is on disk before it is answered, and a crowd that comes at once (or comes back,
 * after a node has died) must not have its answers time out. Who finds it full is told when to come again: the refused stand in a line of which only its
 * end is remembered, a place further for each, at the pace at which joins were done last.
 */
import { MAX_RETRY_AFTER_MS } from "@duet/lora-core/protocol/limits";
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import { LEAST_RETRY_AFTER_MS } from "./limits.ts";

export interface JoinGate {
  /** Does it. @throws what it throws, or, after `onFull`, {Refusal} RATE_LIMITED with the time to come again. */
  through<T>(join: () => Promise<T>, onFull?: () => void): Promise<T>;
}

/** Before any was done; and how much the newest says of the pace. */
const FIRST_PACE_MS = 10;
const NEWEST = 0.1;

export function createJoinGate(clock: Clock, most: number): JoinGate {
  let underWay = 0;
  /** From the end of one join to that of the next while some are waited for, ms. */
  let paceMs = FIRST_PACE_MS;
  let endedAt: number | null = null;
  let lineEndsAt = 0;

  function waitMs(): number {
    const now = clock.now();
    lineEndsAt = Math.min(Math.max(lineEndsAt, now + most * paceMs) + paceMs, now + MAX_RETRY_AFTER_MS);
    return Math.round(Math.max(LEAST_RETRY_AFTER_MS, lineEndsAt - now));
  }

  function ended(): void {
    const now = clock.now();
    if (endedAt !== null) paceMs += NEWEST * (now - endedAt - paceMs);
    underWay -= 1;
    // A pause in which nobody joins says nothing of the pace.
    endedAt = underWay > 0 ? now : null;
  }

  return {
    async through(join, onFull) {
      if (underWay >= most) {
        onFull?.();
        throw new Refusal("RATE_LIMITED", ["tooManyJoin"], { retryAfterMs: waitMs() });
      }
      underWay += 1;
      try {
        return await join();
      } finally {
        ended();
      }
    },
  };
}
