/** Trying again while the coordinator is away or busy. */
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { delay } from "./deadline.ts";

const RETRY_DELAY_MS = 2_000;
/** Failures in a row while the coordinator is there; without it there is no limit, since it is shown that it is away. */
const MAX_TRIES = 60;

/** True when waiting and trying again can help. */
export const isTransient = (error: unknown): error is DuetError =>
  hasCode(error, "UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED");

export interface Retry {
  /** What `request` gives, once it succeeds. @throws what is not transient, or the last failure after {@link giveUp}. */
  persistently<T>(request: () => Promise<T>): Promise<T>;
  /** From now on nothing is tried again. */
  giveUp(): void;
}

export function createRetry({ status }: Pick<CoordinatorClient, "status">): Retry {
  let given = false;
  return {
    async persistently(request) {
      for (let tries = 1; ; tries++) {
        try {
          return await request();
        } catch (error) {
          if (status.get().kind !== "ready") tries = 0;
          if (given || !isTransient(error) || tries >= MAX_TRIES) throw error;
          await delay(RETRY_DELAY_MS);
        }
      }
    },
    giveUp: () => {
      given = true;
    },
  };
}
