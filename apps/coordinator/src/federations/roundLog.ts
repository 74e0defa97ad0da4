/**
 * The machine's state together with its journal: the only caller of {@link transition}. An event is in the journal before it
 * counts, so whatever was confirmed is there after a crash.
 */
import { commandsBetween } from "@duet/lora-core/rounds/pendingWork";
import type { RoundCommand, RoundEvent } from "@duet/lora-core/rounds/roundEvents";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState, type RoundPolicy, type RoundState } from "@duet/lora-core/rounds/roundState";
import type { Journal } from "../storage/journal.ts";
import type { JournalEntry } from "../storage/journalEntry.ts";

/** An event without its instant. */
export type Happening = DistributiveOmit<RoundEvent, "at">;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface RoundLog {
  readonly state: RoundState;
  /**
   * Journals events in one write and applies them one after the other; what changes nothing is not written, and may still ask for its
   * timer to be set again. Callers take turns. @throws a system error when they cannot be written; the state is unchanged then.
   */
  apply(entries: readonly JournalEntry[]): Promise<readonly RoundCommand[]>;
  /** Everything the current state waits for. */
  pending(): readonly RoundCommand[];
}

/** Replays `entries` from the initial state. */
export function openRoundLog(
  policy: RoundPolicy,
  createdAt: number,
  journal: Journal,
  entries: readonly JournalEntry[],
): RoundLog {
  let state = entries.reduce((restored, { event }) => transition(restored, event).state, initialRoundState(policy, createdAt));
  return {
    get state() {
      return state;
    },
    async apply(entries) {
      let after = state;
      const commands: RoundCommand[] = [];
      const changing: JournalEntry[] = [];
      for (const entry of entries) {
        const next = transition(after, entry.event);
        if (next.state !== after) changing.push(entry);
        commands.push(...next.commands);
        after = next.state;
      }
      // Losing count of a download costs nothing, so it is not waited for.
      const durable = changing.some(({ event }) => event.type !== "fetched");
      if (changing.length > 0) await journal.append(changing, { durable });
      state = after;
      return commands;
    },
    pending: () => commandsBetween(null, state),
  };
}
