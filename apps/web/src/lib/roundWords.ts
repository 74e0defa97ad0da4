/** Rounds in words, as people count them. */
import { isFusing, isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { words } from "./words.ts";

/** "Learning alone", "Round 4 of 10", "Finish". */
export function roundLabel(round: number, rounds: number): string {
  if (isLocalLearning(round)) return words.rounds.alone;
  return isFusing(round, rounds) ? words.rounds.fusing : words.rounds.round(round, rounds);
}

/** The same where there is room for a word: "alone", "4", "finish". */
export function roundTick(round: number, rounds: number): string {
  if (isLocalLearning(round)) return words.rounds.aloneTick;
  return isFusing(round, rounds) ? words.rounds.fusingTick : String(round);
}
