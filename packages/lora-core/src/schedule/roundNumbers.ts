/**
 * How a federation's rounds are numbered; the only place that knows. Round 0 is local learning (for methods that have it), rounds
 * 1..T are federated, and round T+1 fuses. T is `rounds` of the budgets. Pure.
 */

/** local: only local learning; federated: a shared adapter is exchanged; fusing: the last round, which only measures and fuses. */
export const STAGES = ["local", "federated", "fusing"] as const;
export type Stage = (typeof STAGES)[number];

/** 0 where a round of local learning comes before the first federated one. */
export type FirstRound = 0 | 1;

/** The number of the last round, which fuses. */
export const fusingRound = (rounds: number): number => rounds + 1;

/** True in the last round, when all federated ones are behind. */
export const isFusing = (round: number, rounds: number): boolean => round > rounds;

/** True in the round of learning alone that some methods begin with. */
export const isLocalLearning = (round: number): boolean => round === 0;

/** True between local learning and fusing. */
export const isFederated = (round: number, rounds: number): boolean => !isLocalLearning(round) && !isFusing(round, rounds);

/** What a round's number says of its stage. A method may plan otherwise: with Local every round before the last is local. */
export function stageOfRound(round: number, rounds: number): Stage {
  if (isLocalLearning(round)) return "local";
  return isFusing(round, rounds) ? "fusing" : "federated";
}

/** How many rounds there are, with local learning where there is any and with fusing. */
export const roundCount = (firstRound: FirstRound, rounds: number): number => fusingRound(rounds) - firstRound + 1;

/** Every round's number, in order. */
export const roundNumbers = (firstRound: FirstRound, rounds: number): readonly number[] =>
  Array.from({ length: roundCount(firstRound, rounds) }, (_, index) => firstRound + index);
