/**
 * Losses of steps that were handed to the backend and are not read back yet. On a GPU the next step is recorded while the one before
 * runs, so a number is waited for once in several steps and not after each.
 */
import * as tf from "@tensorflow/tfjs";

/** Of one step. */
interface Pending {
  /** Steps done with it. */
  readonly done: number;
  /** Tokens read since the start, with it. */
  readonly tokens: number;
  readonly loss: tf.Scalar;
}

export interface ReadLoss extends Omit<Pending, "loss"> {
  /** nats */
  readonly loss: number;
}

export interface PendingLosses {
  /** Takes over the loss. */
  add(step: Pending): void;
  /** Whether it is time to look: enough steps were taken, or the first of them long enough ago for whoever watches. */
  isDue(): boolean;
  /** Waits for all steps since the last time, in order. */
  read(): Promise<readonly ReadLoss[]>;
  dispose(): void;
}

/** More would let the host run far ahead of a slow GPU. */
const STEPS_AT_ONCE = 8;
/** Progress is shown at least this often, ms, as long as steps are shorter. */
const LOOK_EVERY_MS = 250;

/** `now` in ms. Where reading costs no wait, every step is due. */
export function createPendingLosses(now: () => number, isAwaited = tf.getBackend() === "webgpu"): PendingLosses {
  let pending: Pending[] = [];
  let since = 0;
  return {
    add(step) {
      if (pending.length === 0) since = now();
      pending.push(step);
    },
    isDue: () => !isAwaited || pending.length >= STEPS_AT_ONCE || (pending.length > 0 && now() - since >= LOOK_EVERY_MS),
    async read() {
      const steps = pending;
      pending = [];
      if (steps.length === 0) return [];
      const all = tf.tidy(() => tf.stack(steps.map(({ loss }) => loss)));
      tf.dispose(steps.map(({ loss }) => loss));
      const values = await all.data().finally(() => all.dispose());
      return steps.map(({ done, tokens }, i) => ({ done, tokens, loss: values[i] ?? Number.NaN }));
    },
    dispose() {
      tf.dispose(pending.map(({ loss }) => loss));
      pending = [];
    },
  };
}
