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
   * Journals and applies an event; what changes nothing is not written, and may still ask for its timer to be set again.
   * Callers take turns. @throws a system error when it cannot be written; the state is unchanged then.
   */
  apply(event: RoundEvent, resumeHash?: string): Promise<readonly RoundCommand[]>;
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
    async apply(event, resumeHash) {
      const next = transition(state, event);
      if (next.state === state) return next.commands;
      // Losing count of a download costs nothing, so it is not waited for.
      await journal.append(resumeHash ? { event, resumeHash } : { event }, { durable: event.type !== "fetched" });
      state = next.state;
      return next.commands;
    },
    pending: () => commandsBetween(null, state),
  };
}
