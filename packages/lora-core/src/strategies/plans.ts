/** The shape that most methods share: the same thing in every federated round, then a round that only measures. */
import { isFusing } from "../schedule/roundNumbers.ts";
import type { Budget } from "../training/trainingConfig.ts";
import type { Budgets, LocalStep, Receive, RoundPlan, Serve, Upload } from "./strategy.ts";

export interface RoundParts {
  readonly receive: Receive;
  readonly steps: readonly LocalStep[];
  readonly upload: Upload;
  readonly serve: Serve;
}

/** Federated rounds as described; the fusing one receives what was made of the last of them and serves. */
export function everyRound({ rounds }: Budgets, round: number, parts: RoundParts): RoundPlan {
  const { receive, steps, upload, serve } = parts;
  return isFusing(round, rounds)
    ? { stage: "fusing", receive, steps: [], upload: null, serve }
    : { stage: "federated", receive, steps, upload, serve: null };
}

/** The whole shared adapter comes, its difference goes. */
export const receiveShared: Receive = { part: "all", extra: null };
export const uploadDifference: Upload = { slot: "shared", form: "difference", part: "all", extra: null };
export const uploadPersonal: Upload = { slot: "personal", form: "value", part: "all", extra: null };
export const servePersonal: Serve = { kind: "slot", slot: "personal" };
export const serveShared: Serve = { kind: "slot", slot: "shared" };

export const copyToPersonal: LocalStep = { kind: "copy", from: "shared", to: "personal" };

/** A personal adapter made in the fusing round of what was received there: K steps more that nobody else sees. */
export function personalFinish({ inner }: Budgets): readonly LocalStep[] {
  return [copyToPersonal, { kind: "train", slot: "personal", budget: inner }];
}

/**
 * K in two trainings, so that a method that trains two things per round reads as many rows as one that trains one. The first gets
 * the odd step; a single step cannot be shared, and then both get one.
 */
export function halves({ unit, amount }: Budget): readonly [Budget, Budget] {
  return [
    { unit, amount: Math.ceil(amount / 2) },
    { unit, amount: Math.max(1, Math.floor(amount / 2)) },
  ];
}

/**
 * K for two that are trained on the same batches: half as many, since each batch is read forward and back twice, so that the work is that of
 * FedAvg and never more; of an odd K one step is left over. Distinct rows are half of FedAvg's. A single step cannot be shared, as in `halves`.
 */
export const eachOfBoth = ({ unit, amount }: Budget): Budget => ({ unit, amount: Math.max(1, Math.floor(amount / 2)) });

/** What a personal adapter begins as that is trained on the shared one's batches: from one start the two would learn the same, and what is sent would be both. */
export const drawPersonal: LocalStep = { kind: "draw", slot: "personal" };

/**
 * Strength of a pull that suits factors. A gradient clipped to norm 1 has at most an RMS of 0.003 over 100,000 values, and AdamW moves a value by up to the
 * learning rate a step: after a round of 18 steps at 1e-3 this pull is 6 % of that, one of 0.1 more than half of it.
 */
export const GENTLE_PULL = 0.01;
