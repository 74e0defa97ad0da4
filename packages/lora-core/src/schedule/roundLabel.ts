/** Rounds in words, as people count them. Pure. */
import { isFusing, isLocalLearning } from "./roundNumbers.ts";

/** "Learning alone", "Round 4 of 10", "Finish". */
export function roundLabel(round: number, rounds: number): string {
  if (isLocalLearning(round)) return "Learning alone";
  return isFusing(round, rounds) ? "Finish" : `Round ${round} of ${rounds}`;
}

/** The same where there is room for a word: "alone", "4", "finish". */
export function roundTick(round: number, rounds: number): string {
  if (isLocalLearning(round)) return "alone";
  return isFusing(round, rounds) ? "finish" : String(round);
}
