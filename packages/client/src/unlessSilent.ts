import { workerError } from "@duet/lora-core/errors/workerError";
import { createWatchdog } from "./watchdog.ts";

/** An engine at work that reports nothing for this long is considered dead. */
const SILENCE_DEADLINE_MS = 5 * 60_000;

/** What an engine's work gives. @throws {DuetError} WORKER_DIED when it does not touch for too long; sleep does not count. */
export function unlessSilent<T>(work: (touch: () => void) => Promise<T>): Promise<T> {
  const watchdog = createWatchdog(SILENCE_DEADLINE_MS, () => workerError("WORKER_DIED", ["workerSilent"]));
  return Promise.race([work(watchdog.touch), watchdog.expired]).finally(watchdog.stop);
}
