/** Trying again while the coordinator is away or busy. */
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { delay } from "./deadline.ts";

const RETRY_DELAY_MS = 2_000;
/**
 * Failures in a row while the coordinator is there. Without it there is no limit, nor while the organiser is asked: both are shown, and
 * the coordinator ends the latter after a day.
 */
const MAX_TRIES = 60;

/** True when waiting and trying again can help. */
export const isTransient = (error: unknown): error is DuetError =>
  hasCode(error, "UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL");

export interface Retry {
  /**
   * What `request` gives, once it succeeds; `onFailure` is told of each failure before the next try.
   * @throws what is not transient, or the last failure after {@link giveUp}.
   */
  persistently<T>(request: () => Promise<T>, onFailure?: (error: DuetError) => void): Promise<T>;
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
          if (status.get().kind !== "ready" || hasCode(error, "AWAITING_APPROVAL")) tries = 0;
          if (given || !isTransient(error) || tries >= MAX_TRIES) throw error;
          onFailure(error);
          await delay(RETRY_DELAY_MS);
        }
      }
    },
    giveUp: () => {
      given = true;
    },
  };
}
