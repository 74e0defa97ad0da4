/** When a round that is under way is written down: often enough to lose little, seldom enough to cost little. */
import type { JournalState, RoundKeeping } from "./roundJournal.ts";

/** Work between two times, ms. With a step and a write it stays below the ten seconds that a crash may cost. */
const KEEP_EVERY_MS = 5_000;
/** Where reading back takes long it is done less often, so that training is held up for one part in this many; */
const HELD_UP_PART = 25;
/** but never so seldom that a crash would cost more than it may. ms of work. */
const KEEP_AT_LEAST_EVERY_MS = 8_000;

/**
 * Keeps what is offered when it is time, one write at a time. `write` may take as long as it wants: training waits only for what it does
 * before its first await. `now` in ms.
 */
export function createRoundKeeper(write: (state: JournalState) => Promise<void>, now: () => number): RoundKeeping["offer"] {
  let dueAt = now() + KEEP_EVERY_MS;
  let isWriting = false;
  return async (read) => {
    if (isWriting || now() < dueAt) return;
    const began = now();
    const written = write(await read());
    const ended = now();
    dueAt = ended + Math.min(KEEP_AT_LEAST_EVERY_MS, Math.max(KEEP_EVERY_MS, HELD_UP_PART * (ended - began)));
    isWriting = true;
    void written.finally(() => {
      isWriting = false;
    });
  };
}
