/**
 * What one client puts into a secure sum, and what comes out of it: its update times its weight, the weight, and the figures of which
 * the means are shown. Client and coordinator derive the layout from the federation alone.
 */

import { decodeAdapter } from "../adapters/adapterCodec.ts";
import { type AdapterLayout, layoutBytes } from "../adapters/adapterLayout.ts";
import type { SumPrivacy, SumSize } from "../contract/secureSum.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import {
  ADAPTER_KEYS,
  type AdapterKey,
  BESIDES,
  type Beside,
  type RoundMeans,
  type RoundMetrics,
  type SampleCounts,
} from "../protocol/metrics.ts";
import { sameRows } from "../protocol/sameRows.ts";
import { type AttemptTerms, leastMembers } from "../secureAggregation/attempt.ts";
import { unitOf } from "../secureAggregation/fixedPoint.ts";
import { packedBytes } from "../secureAggregation/packedVector.ts";
import { bitsFor, type VectorLayout } from "../secureAggregation/vectorLayout.ts";
import { type Method, methodOf } from "../strategies/registry.ts";
import { roundPlanOf } from "../strategies/roundPlan.ts";
import type { Weighting } from "../strategies/strategy.ts";
import { trainingsIn } from "../strategies/trainings.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Random } from "../tensors/random.ts";
import { clipAfter, noisyRange, noisyValues, sumPrivacyOf } from "./noisySum.ts";

/** Values of a weighted update beyond this are clipped; factors of LoRA and their differences stay well below it. */
const UPDATE_CLIP = 2;
/**
 * AdamW moves a value by about the learning rate a step at most: its mean gradient over the root of its mean square stays near 1. Twice that
 * is clipped.
 */
const REACH_MARGIN = 2;
/** Of a value in 16 bits: with fewer a client of few rows, whose update is a small share of the range, would be lost in the rounding. */
const LEAST_BITS = 11;
/** A client with more rows counts as one with these. */
const MAX_WEIGHT = 4096;
/** Nats; a larger loss counts as this. */
const MAX_LOSS = 50;
const MAX_ROWS = 1_000_000;

/** What a client has to share after a round. */
export interface SharedRound {
  /** The blob of its update; empty where figures alone are summed. */
  readonly upload: Uint8Array;
  readonly metrics: RoundMetrics;
  readonly samples: SampleCounts;
}

/** Which sum it is. */
export interface SumName {
  readonly federationId: string;
  readonly round: number;
  readonly attempt: number;
}

const WIDE: SumSize["range"] = { clip: UPDATE_CLIP, modulusBits: 32 };

/**
 * `clip` is what the last noisy sum came to (RoundMeans), null before one. 16 bits where it is known how far an update reaches, which the federation's settings tell of a difference after so many steps, and where so
 * many clients leave a value enough of them; 32 otherwise, and where uploads are not to be made smaller.
 */
export function sumSizeOf(config: SumConfig, round: number, clip: number | null): SumSize {
  const privacy = sumPrivacyOf(config, clip);
  const method = methodOf(config.strategy);
  const plan = roundPlanOf(method, config, { round, isNewcomer: false });
  const besides = BESIDES.filter((beside) => plan[beside]);
  return {
    maxClients: config.maxClients,
    range: privacy ? noisyRange(privacy) : rangeOfSum(method, config, round),
    ...(besides.length > 0 ? { besides } : {}),
    privacy,
  };
}

/** How each counts in a federation's sums: a noisy sum hides who has how many rows, too. */
export function weightingOf({ strategy, clientPrivacy }: Pick<FederationConfig, "strategy" | "clientPrivacy">): Weighting {
  return clientPrivacy ? "uniform" : methodOf(strategy).weighting;
}

/** How far the values of an update reach follows from these. */
export type RangeConfig = Pick<FederationConfig, "adapter" | "budgets" | "training" | "upload" | "maxClients">;

/** Of a sum without noise. */
export function rangeOfSum(
  method: Pick<Method, "plan">,
  { adapter, budgets, training, upload: coding, maxClients }: RangeConfig,
  round: number,
): SumSize["range"] {
  const { steps, upload } = method.plan(budgets, { round, isNewcomer: false });
  // Label prototypes go from nothing to what the rows make of them in one round.
  const isKnown = upload?.form === "difference" && upload.extra === null && adapter.prototypes?.travel !== "shared";
  if (coding.format === "f32" || !isKnown || bitsFor(maxClients, 16) < LEAST_BITS) return WIDE;
  const trained = trainingsIn(steps).flatMap(({ slot, budget }) => (slot === upload.slot ? [budget] : []));
  if (trained.some(({ unit }) => unit !== "steps")) return WIDE;
  const reach = training.learningRate * trained.reduce((sum, { amount }) => sum + amount, 0);
  return reach > 0 ? { clip: Math.min(UPDATE_CLIP, REACH_MARGIN * reach), modulusBits: 16 } : WIDE;
}

/** What sums in a federation follow from. */
export type SumConfig = RangeConfig & Pick<FederationConfig, "strategy" | "clientPrivacy" | Beside>;

/** What all clients of a sum agree on; `updateBytes` is the size of the blob of one update. */
export function termsOfSum({ federationId, round, attempt }: SumName, size: SumSize, updateBytes: number): AttemptTerms {
  return { federationId, round, attempt, coordinator: "curious", layout: updateVectorLayout(size, updateBytes / 4) };
}

/** For updates of so many values; of none, figures alone. */
export function updateVectorLayout({ maxClients: clients, range, besides = [], privacy }: SumSize, values: number): VectorLayout {
  const wide = { modulusBits: WIDE.modulusBits };
  const update = updateGroup({ maxClients: clients, range }, values);
  const wanted = values > 0 ? [update] : [];
  // Figures would tell what the noise is to hide.
  if (privacy)
    return {
      clients,
      groups: [update, { ...update, name: "below", length: 1 }, { kind: "count", name: "weight", length: 1, max: 1, ...wide }],
    };
  const rows = Math.min(MAX_ROWS, Math.floor((2 ** 32 - 1) / clients));
  const measured = ADAPTER_KEYS.length;
  return {
    clients,
    groups: [
      ...wanted,
      { kind: "count", name: "weight", length: 1, max: Math.min(MAX_WEIGHT, rows), ...wide },
      { kind: "count", name: "rows", length: 2 + 2 * measured, max: rows, ...wide },
      { kind: "count", name: "right", length: measured, max: rows, ...wide },
      { kind: "real", name: "loss", length: 1 + measured, clip: MAX_LOSS, bits: bitsFor(clients, 32), ...wide },
      ...besides.flatMap((beside) => besideGroups(beside, { clients, rows })),
    ],
  };
}

const updateGroup = ({ maxClients, range }: Pick<SumSize, "maxClients" | "range">, length: number) =>
  ({ kind: "real", name: "update", length, ...range, bits: bitsFor(maxClients, range.modulusBits) }) as const;

/** Of the vector that travels. */
export function updateVectorBytes(size: SumSize, updateBytes: number): number {
  return packedBytes(updateVectorLayout(size, updateBytes / 4));
}

const besideNames = (beside: Beside) => ({ rows: `${beside} rows`, right: `${beside} right`, loss: `${beside} loss` });

/** What is measured beside the adapters has groups of its own: rows behind its accuracy and behind its loss, right answers, loss. */
function besideGroups(
  beside: Beside,
  { clients, rows }: { readonly clients: number; readonly rows: number },
): VectorLayout["groups"] {
  const wide = { modulusBits: WIDE.modulusBits };
  const names = besideNames(beside);
  return [
    { kind: "count", name: names.rows, length: 2, max: rows, ...wide },
    { kind: "count", name: names.right, length: 1, max: rows, ...wide },
    { kind: "real", name: names.loss, length: 1, clip: MAX_LOSS, bits: bitsFor(clients, 32), ...wide },
  ];
}

/** The values of one client, by group. Losses are weighted by the share of the rows of {@link MAX_WEIGHT}. */
export function updateValues(
  { upload, metrics, samples }: SharedRound,
  weighting: Weighting,
  { besides = [] }: Pick<SumSize, "besides">,
): ReadonlyMap<string, ArrayLike<number>> {
  const weight = weighting === "uniform" ? 1 : Math.min(MAX_WEIGHT, samples.train);
  const scale = weighting === "uniform" ? 1 : weight / MAX_WEIGHT;
  const update = new Float32Array(upload.slice().buffer).map((value) => value * scale);
  // Of the same rows in every round, so that the means of rounds compare.
  const { accuracy, testLoss, testRows = samples.test, alone } = sameRows(metrics);
  const { trainLoss, beforeAggregation } = metrics;
  const measuredBeside = { beforeAggregation, alone };
  const test = Math.min(MAX_ROWS, testRows);
  const train = Math.min(MAX_ROWS, samples.train);
  const measured = (value: number | null, rows: number) => (value === null ? 0 : rows);
  const lossShare = (value: number | null, rows: number) => ((value ?? 0) * Math.min(MAX_WEIGHT, rows)) / MAX_WEIGHT;
  return new Map<string, ArrayLike<number>>([
    ["update", update],
    ["weight", [weight]],
    [
      "rows",
      [
        measured(trainLoss, Math.min(MAX_WEIGHT, train)),
        test,
        ...ADAPTER_KEYS.map((key) => measured(accuracy[key], test)),
        ...ADAPTER_KEYS.map((key) => measured(testLoss[key], Math.min(MAX_WEIGHT, test))),
      ],
    ],
    ["right", ADAPTER_KEYS.map((key) => Math.round((accuracy[key] ?? 0) * test))],
    ["loss", [lossShare(trainLoss, train), ...ADAPTER_KEYS.map((key) => lossShare(testLoss[key], test))]],
    ...besides.flatMap((beside): [string, ArrayLike<number>][] => {
      const { accuracy: right = null, testLoss: loss = null } = measuredBeside[beside] ?? {};
      const { rows, right: rightName, loss: lossName } = besideNames(beside);
      return [
        [rows, [measured(right, test), measured(loss, Math.min(MAX_WEIGHT, test))]],
        [rightName, [Math.round((right ?? 0) * test)]],
        [lossName, [lossShare(loss, test)]],
      ];
    }),
  ]);
}

/** The values of one client of so many that gave keys, with its share of the noise. */
export function noisyUpdateValues(
  { upload }: Pick<SharedRound, "upload">,
  size: SumSize & { readonly privacy: SumPrivacy },
  clients: number,
  uniform: Random,
): ReadonlyMap<string, ArrayLike<number>> {
  const values = new Float32Array(upload.slice().buffer);
  const unit = unitOf(updateGroup(size, values.length));
  const honest = leastMembers({ coordinator: "curious" }, clients);
  const { update, below } = noisyValues(values, size.privacy, { unit, honest }, uniform);
  return new Map<string, ArrayLike<number>>([
    ["update", update],
    ["below", [below]],
    ["weight", [1]],
  ]);
}

/** What a sum says of all its clients. */
export interface SummedRound {
  /** Their weighted mean. */
  readonly update: NamedTensors;
  /** Of all of them. */
  readonly weight: number;
  readonly means: RoundMeans;
}

/** @throws {RangeError} when no weight is in the sum. */
export function summedRound(
  sum: ReadonlyMap<string, Float64Array>,
  layout: AdapterLayout,
  weighting: Weighting,
  privacy: SumPrivacy | null,
): SummedRound {
  const group = (name: string) => sum.get(name) ?? new Float64Array();
  const weight = group("weight")[0] ?? 0;
  if (!(weight > 0)) throw new RangeError(`Nothing to aggregate: the total weight is ${weight}`);
  const scale = (weighting === "uniform" ? 1 : MAX_WEIGHT) / weight;
  const update = Float32Array.from(group("update"), (value) => value * scale);
  if (update.byteLength !== layoutBytes(layout)) throw new RangeError("The sum is not one of this round's updates");
  return {
    update: decodeAdapter(new Uint8Array(update.buffer), layout),
    weight,
    means: { ...meansOf(group), clip: privacy && clipAfter(privacy, group("below")[0] ?? 0, weight) },
  };
}

function meansOf(group: (name: string) => Float64Array): Omit<RoundMeans, "clip"> {
  const [rows, right, loss] = [group("rows"), group("right"), group("loss")];
  const over = (value: number | undefined, count: number | undefined) => (count ? (value ?? 0) / count : null);
  const measured = ADAPTER_KEYS.length;
  const each = (mean: (index: number) => number | null) =>
    Object.fromEntries(ADAPTER_KEYS.map((key, index) => [key, mean(index)])) as Record<AdapterKey, number | null>;
  const lossMean = (sum: number | undefined, count: number | undefined) => {
    const mean = over(MAX_WEIGHT * (sum ?? 0), count);
    return mean === null ? null : Math.max(0, mean);
  };
  const besides = BESIDES.flatMap((beside) => {
    const names = besideNames(beside);
    const [ofAccuracy, ofLoss] = group(names.rows);
    if (ofAccuracy === undefined) return [];
    return [[beside, { accuracy: over(group(names.right)[0], ofAccuracy), testLoss: lossMean(group(names.loss)[0], ofLoss) }]];
  });
  return {
    trainRows: rows[0] ?? 0,
    testRows: rows[1] ?? 0,
    trainLoss: lossMean(loss[0], rows[0]),
    accuracy: each((index) => over(right[index], rows[2 + index])),
    testLoss: each((index) => lossMean(loss[1 + index], rows[2 + measured + index])),
    ...Object.fromEntries(besides),
  };
}
