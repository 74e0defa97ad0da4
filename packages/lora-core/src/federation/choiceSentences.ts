/** Why choices of a federation do not go together: the form and the coordinator say the same. */
import type { Saying } from "../sayings/saying.ts";

export const CHOICE_SENTENCES = {
  boundsInSum: () =>
    "A secure sum hides single updates, so nobody can bound them: choose no protection against bad updates, or let updates be sent as they are.",
  fewInSum: (needed: number) =>
    `A secure sum needs at least ${needed} clients: of two, each knows the other's update from the sum.`,
  drawsTooMany: (clients: number, maxClients: number) =>
    `A round cannot draw ${clients} of at most ${maxClients} clients: draw fewer, or let more join.`,
  allInSum: () =>
    "In a secure sum every client sends all values, under masks: send all of them, or let updates be sent as they are.",
  valuesReplace: (method: string) =>
    `${method} sends adapters whose values take the place of those before, so that none can wait for a later round: send all of them, or choose another method.`,
  noiseWithoutSum: () => "Privacy of clients is noise in a secure sum: sum updates securely, or leave it out.",
  noiseDrowns: (method: string) =>
    `${method} sends more than what a client changed, and noise to hide that would drown it: choose another method, or leave out privacy of clients.`,
  largeDelta: (delta: number, maxClients: number) =>
    `A delta of ${delta} is more than one part in ${maxClients}, the number of clients: it would protect nobody.`,
  noNoiseForRounds: (rounds: number, epsilon: number) =>
    `No noise keeps ${rounds} rounds within an epsilon of ${epsilon}: choose fewer rounds, or a larger epsilon.`,
  countsLabels: (method: string) =>
    `${method} counts the labels of a client's rows, which the noise of differential privacy does not cover: choose another method, or train without epsilon.`,
  bothOnOneSample: (method: string) =>
    `${method} as chosen trains two adapters on one sample of a client's rows, and the noise of differential privacy is counted for one: choose its preset that trains one after the other, or train without epsilon.`,
  prototypesNeedLabels: () => "Label prototypes are of tasks with labels on a base that compares texts: leave them out.",
  otherLabels: (labels: number, width: number, wantedLabels: number, wantedWidth: number) =>
    `The label prototypes are ${labels} of width ${width}, the task and the base have ${wantedLabels} of width ${wantedWidth}.`,
  labelsUnderNoise: () =>
    "Label prototypes start from sums over a client's rows, which the noise of differential privacy does not cover: leave them out, or train without epsilon.",
  labelsBeside: (method: string) =>
    `${method} sends more than one adapter at a time, which label prototypes are no part of: choose another method.`,
  statisticsInSum: () =>
    "What rows are like is told as a secure sum alone, so that nobody sees one client's: sum updates securely, or do not ask for it.",
  statisticsUnderNoise: () =>
    "How many rows have each label is counted without noise, which an epsilon would not cover: do not ask what rows are like, or train without epsilon.",
  aloneUnderNoise: () =>
    "What learning alone makes is measured without noise, which an epsilon would not cover: do not compare with learning alone, or train without epsilon.",
  aloneAnyway: (method: string) => `With ${method} clients learn alone anyway: there is nothing to compare with learning alone.`,
  nothingShared: (method: string) => `${method} shares nothing, so nobody waits for a slower client: leave all the same work.`,
  workBeside: (method: string) =>
    `${method} sends more than what a client changed, which cannot be made good for fewer steps: leave all the same work, or choose another method.`,
  workInPasses: () => "How much less a slower client does is counted in steps: give the work of a round in steps, not in passes.",
  nothingLate: (method: string) => `${method} shares nothing, so nothing comes late: take no late answers.`,
  lateInSum: () =>
    "A secure sum is over once it is made, and who is late has no keys in the next one: take no late answers, or let updates be sent as they are.",
  lateValues: (method: string) =>
    `${method} sends more than what a client changed, and what it was a round ago would put an older adapter back: take no late answers, or choose another method.`,
  lateHalves: (method: string) =>
    `${method} sends another part of the adapter in every round, so a late answer is of a part that the next round does not change: take no late answers, or choose another method.`,
  lateCountsOnce: () =>
    "A median, a trimmed mean and multi-Krum count everybody's update once, so what comes late would count as much as the others': take no late answers, or choose another protection.",
  lateProducts: () =>
    "By SVD every round makes new factors, to which a late answer's do not belong: take no late answers, or fill smaller ranks up with zeros.",
  noRankShared: (method: string) => `${method} shares nothing, so there are no ranks to bring together: leave all the same rank.`,
  ranksBeside: (method: string) =>
    `${method} sends more than what a client changed of the shared adapter, which clients of unlike ranks do not have alike: leave all the same rank, or choose another method.`,
  ranksByProducts: (method: string) =>
    `${method} averages products: let unlike ranks come together by SVD, or choose another method.`,
  halvesOfRanks: (method: string) =>
    `${method} sends one half of an adapter at a time, whose products nobody knows: fill smaller ranks up with zeros, or choose another method.`,
  factorsKept: (method: string) =>
    `${method} keeps factors from round to round, and an SVD makes new ones every time: fill smaller ranks up with zeros, or choose another method.`,
  robustProducts: () =>
    "By SVD products of factors are averaged, which no robust mean of the factors can stand for: bound outliers only, or fill smaller ranks up with zeros.",
  workOnProducts: () =>
    "By SVD adapters are averaged, not what was changed, which fewer steps cannot be made good in: leave all the same work, or fill smaller ranks up with zeros.",
  ranksInSum: () =>
    "In a secure sum nobody sees single adapters: fill smaller ranks up with zeros, or let updates be sent as they are.",
  rankBrought: () =>
    "An adapter that is brought along has one rank, of which no part is the best: leave all the same rank, or start without it.",
} as const;

export type ChoiceSaying = Saying<typeof CHOICE_SENTENCES>;
