/** What a client says of itself that is out of the ordinary, a sentence each. Pure. */
import type { RoundBeginning } from "@duet/lora-core/contract/clientRound";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { SurroundingsChange } from "./surroundings.ts";

/** Null where there is nothing to say: a round that begins. `backend` is what computes now. */
export function beginningNote(beginning: RoundBeginning, backend: BackendName | null): string | null {
  switch (beginning.kind) {
    case "new":
      return null;
    case "anew":
      return "This round begins anew: what was kept of it could not be gone on from.";
    case "resumed": {
      const { training, isExact, isPrivate } = beginning;
      const where = training ? `at step ${training.step} of ${training.steps}` : "where this round was interrupted";
      if (isExact) return `Goes on ${where}.`;
      if (isPrivate) return `Goes on ${where}, with new samples and new noise. What was lost stays spent of the privacy budget.`;
      if (beginning.backend === backend) return `Goes on ${where} with less memory than before: the last digits can differ.`;
      return `Goes on ${where} with ${backend}, after ${beginning.backend}: the last digits can differ.`;
    }
  }
}

/** Null where there is nothing to say. `hiddenMs` is how long a page that is shown again was hidden. */
export function surroundingsNote(change: SurroundingsChange, hiddenMs: number): string | null {
  switch (change.kind) {
    case "offline":
      return "This device has no network: training goes on, and what is done is sent when the network is back.";
    case "online":
      return "The network is back.";
    case "networkChanged":
      return "The network changed: this tab connects again.";
    case "woke":
      return `This device was asleep for ${inWords(change.sleptMs)}: this tab connects again.`;
    case "hidden":
      return null;
    case "shown":
      return hiddenMs < LONG_MS ? null : `This tab was hidden for ${inWords(hiddenMs)} and went on meanwhile.`;
  }
}

/** What became of the round that a client was in as its device fell asleep. */
export function wakingNote(round: "open" | "counted" | "over"): string {
  const fates = {
    open: "it is still open, and goes on",
    counted: "the coordinator has its result",
    over: "it ended without this tab, which goes on with the next one",
  };
  return `Awake again. The round of before: ${fates[round]}.`;
}

/** Why this client gave no answer in a secure sum. */
export function refusedSumNote(reason: string): string {
  return `This tab did not take part in the sum of this round, to keep its update hidden: ${reason}.`;
}

export const DEVICE_LOST_NOTE = "The graphics device was lost: this tab goes on without it, with wasm.";

const LONG_MS = 60_000;

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `${Math.round(minutes / 60)} hours`;
}
