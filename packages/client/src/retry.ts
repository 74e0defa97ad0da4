/** Trying again while the coordinator is away or busy. */
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { delay } from "./deadline.ts";
import { isTransient, RETRY_DELAY_MS, retryAfterOf } from "./transient.ts";

/**
 * Failures in a row while the coordinator is there and does not say when to come again. Without it, or when it says so, there is no limit,
 * nor while the organiser is asked: all are shown, and the coordinator ends the last after a day.
 */
const MAX_TRIES = 60;
/** Before the organiser's answer is asked for again: people take minutes, and every time is a message that left. */
const ASKED_AGAIN_MS = 6_000;

export interface Retry {
  /**
   * What `request` gives, once it succeeds; `onFailure` is told of each failure before the next try, and how long that waits, ms.
   * @throws what is not transient, or the last failure after {@link giveUp}.
   */
  persistently<T>(request: () => Promise<T>, onFailure?: (error: DuetError, waitMs: number) => void): Promise<T>;
  /** From now on nothing is tried again. */
  giveUp(): void;
}

export function createRetry({ status }: Pick<CoordinatorClient, "status">): Retry {
  let given = false;
  return {
    async persistently(request, onFailure = () => {}) {
      for (let tries = 1; ; tries++) {
        try {
          return await request();
        } catch (error) {
          const toldMs = retryAfterOf(error);
          const isAsked = hasCode(error, "AWAITING_APPROVAL");
          if (status.get().kind !== "ready" || isAsked || toldMs !== null) tries = 0;
          if (given || !isTransient(error) || tries >= MAX_TRIES) throw error;
          const waitMs = toldMs ?? (isAsked ? ASKED_AGAIN_MS : RETRY_DELAY_MS);
          onFailure(error, waitMs);
          await delay(waitMs);
          if (given) throw error;
        }
      }
    },
    giveUp: () => {
      given = true;
    },
  };
}
