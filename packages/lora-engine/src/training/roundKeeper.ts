/** When a round that is under way is written down: often enough to lose little, seldom enough to cost little. */
import type { JournalState, RoundKeeping } from "./roundJournal.ts";

/** Work between two times, ms. With a step and a write it stays below the ten seconds that a crash may cost. */
const KEEP_EVERY_MS = 5_000;
/** Training is held up for at most one part in this many: where reading back takes long it is done less often. */
const HELD_UP_PART = 25;

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
    dueAt = ended + Math.max(KEEP_EVERY_MS, HELD_UP_PART * (ended - began));
    isWriting = true;
    void written.finally(() => {
      isWriting = false;
    });
  };
}
