/** One run: one method on one division of the data. What defines it, and what comes of it. */
import { MAX_RANK, prototypeConfig } from "@duet/lora-core/adapters/adapterConfig";
import { RANKS } from "@duet/lora-core/adapters/ranks";
import { uploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { z } from "zod";

export const scenarios = [
  ...(["medical", "severity", "alerts", "parsing", "intents"] as const),
  ...(["clinc150", "banking77", "abstracts", "routing"] as const),
] as const;
/** Of the frozen base: see ops/frozenMatrix. */
export const precisions = ["exact", "int8", "int4"] as const;

/** Of a value in a secure sum. */
export const sumBits = z.literal([8, 12, 16]);
export type SumBits = z.output<typeof sumBits>;

export const runSettings = z.strictObject({
  scenario: z.enum(scenarios),
  model: z.string(),
  precision: z.enum(precisions).default("exact"),
  /** An id of the registry, with a preset or a variant behind a colon. */
  method: z.string(),
  clients: z.number(),
  alpha: z.number(),
  seed: z.number(),
  rounds: z.number(),
  steps: z.number(),
  /** Training tokens of a client in place of steps. */
  budget: z.number().nullable().default(null),
  local: z.number(),
  /** K in place of what the budget leaves. */
  inner: z.number().nullable().default(null),
  /** FDLoRA's H in place of its preset's. */
  sync: z.number().nullable().default(null),
  rows: z.number(),
  batchSize: z.number(),
  labelNoise: z.number(),
  dropClients: z.number(),
  /** Differential privacy of rows, with delta 1 / (2 N) of each client; left out where there is none. */
  privacy: z.strictObject({ epsilon: z.number(), clip: z.number() }).optional(),
  /** Differential privacy of clients, with delta 1 / (10 n) of n of them; left out where there is none. */
  clientPrivacy: z.strictObject({ epsilon: z.number() }).optional(),
  /** How uploads are coded; left out where values are sent as they are. */
  upload: uploadCoding.optional(),
  /** Updates are summed as secure sums are, with so many bits of a value; left out where they are sent as they are. */
  sumBits: sumBits.optional(),
  /** In place of the family's. */
  learningRate: z.number().optional(),
  /** How it falls: over a federation, or (a trial) in the last federated round alone; left out where it stays. */
  decay: z.enum(["cosine", "last"]).optional(),
  /** small: the adapter, batch size and row length for phones and old laptops; left out for the usual. */
  devices: z.literal("small").optional(),
  /** Trains on the past and tests on the future in place of unseen near-duplicate groups; left out where it does not. */
  split: z.literal("time").optional(),
  /** Labels as vectors that learn; left out where labels are their texts. */
  prototypes: prototypeConfig.pick({ rate: true, travel: true }).optional(),
  /** Labels are numbers that say nothing, in place of their words; left out where they are words. */
  codes: z.literal(true).optional(),
  /** How long a step takes each client, in steps of the fastest, over and over; left out where all are as fast. */
  speeds: z.array(z.number().min(1)).min(1).optional(),
  /** What slower clients do: as many steps as their speed allows, nothing in the rounds that share an adapter, or all of it, late; left out where all do the same. */
  work: z.enum(["bySpeed", "skipped", "late"]).optional(),
  /** Of clients 1, 2, 3 and so on, over and over, the largest being the federation's; and how they come together. Left out where all have the default. */
  ranks: z.strictObject({ of: z.array(z.number().int().min(1).max(MAX_RANK)).min(1), how: z.enum(RANKS) }).optional(),
  /** A trial: another share of a client's rows for its fusion, and whether the last round trains on them too; left out for a tenth. */
  fusionRows: z.strictObject({ share: z.number().gt(0).lt(0.5), thenTrained: z.literal(true).optional() }).optional(),
  /** Methods that search nothing train on the rows of the search too, and a forward pass counts as half a step; left out where they do not, and it counts as a third. */
  rules: z.literal("fair").optional(),
  /** Of the rows set aside for tuning; left out in every run of a table. */
  pool: z.literal("tuning").optional(),
});
export type RunSettings = z.output<typeof runSettings>;

const fraction = z.number().min(0).max(1);

/** After one federated round, on a sample of every client's test rows where nothing else is said. */
const roundRow = z.strictObject({
  round: z.number(),
  /** If this were the last round: mean accuracy of what the clients would serve, and its mean loss on their fusion rows, nats. */
  served: fraction.nullable(),
  fusionLoss: z.number().nullable(),
  /** Sent until then, both ways and by everybody; null in the rounds that are not federated. */
  bytes: z.number().nullable(),
  /** Mean over the clients, of the shared and of the personal adapter; null where it was not measured. */
  shared: fraction.nullable(),
  personal: fraction.nullable(),
  /** |mean(B A) - served| / |mean(B A)|; null where it is not defined. */
  aggregationError: z.number().nullable(),
  /** |B A without - with the rounding of a secure sum| / |B A without| of what is served; left out where sums are not rounded. */
  roundingError: z.number().optional(),
  trainTokens: z.number(),
  /** Simulated time from the beginning to its end, in steps of the fastest client: of training alone; left out where no speeds are said. */
  clock: z.number().optional(),
});

/** A client's test rows one by one, so that every figure can be computed again. */
const testRows = z.strictObject({
  /** Labels as indices into the task's; in a text task texts, numbered client by client. */
  truth: z.array(z.number().int().min(0)),
  predicted: z.array(z.number().int().min(0)),
  /** The group of near-duplicates that a row is of. */
  group: z.array(z.number().int().min(0)),
});
export type TestRows = z.output<typeof testRows>;

export const runResult = z.strictObject({
  settings: runSettings,
  /** Of the served adapter on each client's own test rows, clients in order. */
  accuracies: z.array(fraction),
  accuracyMean: fraction,
  /** Standard deviation over the clients. */
  accuracyStd: z.number(),
  accuracyWorst: fraction,
  /** The federated round with the lowest loss on the fusion rows, and the accuracy of what was to be served after it; null where it was not measured. */
  bestRound: z.number().nullable().default(null),
  accuracyAtBest: fraction.nullable().default(null),
  /** In a text task, mean over the clients: see groupingAccuracy.ts. */
  groupingAccuracy: fraction.nullable().default(null),
  /** The same on rows of kinds that nobody trained on, where a scenario has them. */
  unseen: z.strictObject({ accuracy: fraction, groupingAccuracy: fraction.nullable() }).nullable().default(null),
  /** 0 in a text task. */
  macroF1Mean: fraction,
  /** Of the untouched base, the personal and the shared adapter at the end. */
  baseMean: fraction.nullable(),
  personalMean: fraction.nullable(),
  sharedMean: fraction.nullable(),
  /** Of the untouched base on the test rows, mean over the clients, nats; null where it was not kept. */
  baseLoss: z.number().nullable().default(null),
  /** Of each served adapter on the other clients' test rows. */
  crossClientAccuracy: fraction,
  /** Over all clients and rounds. */
  bytesUp: z.number(),
  bytesDown: z.number(),
  trainTokens: z.number(),
  /** Tokens of forward passes of the fusion search. */
  forwardTokens: z.number(),
  seconds: z.number(),
  /** K, optimiser steps per client and round, that the budget left. */
  innerSteps: z.number(),
  /** w1 and w2 per client. */
  fusion: z.array(z.strictObject({ personal: z.number(), shared: z.number() }).nullable()),
  perRound: z.array(roundRow),
  /** Of every client, under what it serves; null in runs from before they were kept. */
  tests: z.array(testRows).nullable().default(null),
});
export type RunResult = z.output<typeof runResult>;
export type RoundRow = RunResult["perRound"][number];

/** Names a run; runs of the same name are the same run. */
export function runKey(settings: RunSettings): string {
  return JSON.stringify(runSettings.parse(settings));
}
