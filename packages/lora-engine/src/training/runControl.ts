import { workError } from "@duet/lora-core/errors/workError";

/** Lets a long computation be cancelled and keeps its thread answering messages. */

/** Longest stretch without a look at the message queue, ms. */
const YIELD_EVERY_MS = 40;

export interface RunControl {
  /** Call between steps, batches and tokens. Gives way to pending messages now and then. @throws {DuetError} STOPPED once cancelled. */
  checkIn(): Promise<void>;
  cancel(): void;
}

/** `goesOn` is called whenever somebody checks in. */
export function createRunControl(goesOn: () => void = () => {}): RunControl {
  let cancelled = false;
  let lastYield = performance.now();
  return {
    async checkIn() {
      goesOn();
      if (performance.now() - lastYield > YIELD_EVERY_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        lastYield = performance.now();
      }
      if (cancelled) throw workError("STOPPED", ["workStopped"]);
    },
    cancel: () => {
      cancelled = true;
    },
  };
}
