/** What a client reports about itself: numbers only, never rows or text of rows. */

import { z } from "zod";
import { MAX_RANK } from "../adapters/adapterConfig.ts";
import { privacyStanding } from "../differentialPrivacy/privacyStanding.ts";
import { told } from "../sayings/saying.ts";
import { isVisible, visibleText } from "./visibleText.ts";

/** Bytes, see `peakMemory`. */
export const MEMORY_GRAIN = 2 ** 24;
const MAX_MEMORY = 2 ** 50;
const count = z.number().int().min(0).max(1e9);
const fraction = z.number().min(0).max(1);
const seconds = z.number().min(0).max(1e7);
const finite = z.number().min(-1e9).max(1e9);

/** What can answer: the frozen base alone, or with one of a client's adapters. */
export const ADAPTER_KEYS = ["base", "personal", "shared", "fused"] as const;
export type AdapterKey = (typeof ADAPTER_KEYS)[number];

/** A figure per adapter; null where the method has no such adapter or it was not measured in this round. */
const perAdapter = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    base: value.nullable(),
    personal: value.nullable(),
    shared: value.nullable(),
    fused: value.nullable(),
  });

/** Public key of a client's identity (Ed25519, base64url): what it signs with in secure sums. */
export const identityKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "this is not a public key");

/** Of a client's adapters. */
export const ownRank = z.number().int().min(1).max(MAX_RANK);

export const sampleCounts = z.strictObject({ train: count.min(1), fusion: count, test: count });
export type SampleCounts = z.output<typeof sampleCounts>;

/** As much of it as a client tells; null where it does not. */
export const toldCounts = z.strictObject({ train: count.min(1).nullable(), fusion: count.nullable(), test: count.nullable() });
export type ToldCounts = z.output<typeof toldCounts>;

export const backendName = z.enum(["webgpu", "wasm", "cpu"]);
export type BackendName = z.output<typeof backendName>;

/** Where a client computes, and why there. */
export const device = z.strictObject({
  backend: backendName,
  threads: z.number().int().min(1).max(1024),
  /** One sentence, e.g. "The only WebGPU adapter is a software one (SwiftShader)". */
  reason: z.string().max(300),
  /** The same as data, of `DEVICE_SENTENCES`; left out by programs that have no such. */
  told: z.array(told).max(6).readonly().optional(),
  /** The GPU's or browser's own name. */
  description: z.string().max(200),
  /** What the federation takes may be more memory than it allows, by its own estimate. Left out where it fits. */
  isTight: z.literal(true).optional(),
});
export type Device = z.output<typeof device>;
/** As a client may say it now. */
export const newDevice = device.extend({
  reason: visibleText(300),
  told: z
    .array(told.refine((saying) => saying.flat(2).every((value) => typeof value !== "string" || isVisible(value))))
    .max(6)
    .readonly()
    .optional(),
  description: visibleText(200),
});

/**
 * What a client's time goes to, by its own clock. load and tokenise are what opening took, told with its first round since; encode is the writing of the
 * upload; wait is from the end of its round before, or from having opened, to the adapter of this one: the network and the others.
 */
export const ROUND_PHASES = ["load", "tokenise", "steps", "evaluation", "fusion", "encode", "wait"] as const;
export type RoundPhase = (typeof ROUND_PHASES)[number];
export const phaseSeconds = z.strictObject({
  load: seconds,
  tokenise: seconds,
  steps: seconds,
  evaluation: seconds,
  fusion: seconds,
  encode: seconds,
  wait: seconds,
});
export type PhaseSeconds = z.output<typeof phaseSeconds>;

/** What a round may measure beside the adapters, where its plan says so: in this order wherever they are listed. */
export const BESIDES = ["beforeAggregation", "alone"] as const;
export type Beside = (typeof BESIDES)[number];

/** Of one adapter; the accuracy is null in a text task. */
const measuredOnce = z.strictObject({ accuracy: fraction.nullable(), testLoss: finite });

/** After one round, on this client's own test rows. Losses in nats. */
export const roundMetrics = z.strictObject({
  /** Mean training loss of the round's last training; null when nothing was trained. */
  trainLoss: finite.nullable(),
  accuracy: perAdapter(fraction),
  macroF1: perAdapter(fraction),
  /** Mean loss on the test rows, nats per scored unit. */
  testLoss: perAdapter(finite),
  /** Test rows that the figures above are of; older records do not say it. */
  testRows: count.optional(),
  /** The same of the rows that every round measures, where the figures above are of more of them: in the last round. */
  sample: z
    .strictObject({
      testRows: count.min(1),
      accuracy: perAdapter(fraction),
      testLoss: perAdapter(finite),
      alone: measuredOnce.optional(),
    })
    .optional(),
  /** What as many steps of learning alone have made, on the same rows as the figures above. Left out where the federation does not compare it. */
  alone: measuredOnce.optional(),
  /**
   * Of the shared adapter as this round's own training left it, on the rows that every round measures; `accuracy` has it as it came. As trained, not as
   * it travelled: what rounding, weights and the mean made of it lies between this and the next round's `accuracy`. Where the
   * round's plan asks for it alone; accuracy is null in a text task.
   */
  beforeAggregation: measuredOnce.optional(),
  /**
   * How close what it writes is to the answers of so many of those rows: equal, F1 of words, ROUGE-L (data/textMetrics.ts). In the last round
   * of a text task; older records do not have it.
   */
  text: z
    .strictObject({
      rows: count.min(1),
      exactMatch: perAdapter(fraction),
      tokenF1: perAdapter(fraction),
      rougeL: perAdapter(fraction),
    })
    .optional(),
  /** Weights of the served adapter, in the fusing round only, and what their search took; 0 where nothing was searched. */
  fusion: z
    .strictObject({
      personal: finite,
      shared: finite,
      /** Candidates scored on the fusion rows. */
      evaluations: count,
      /** Tokens that they read, padding not counted. */
      forwardTokens: count,
      seconds,
    })
    .nullable(),
  /** Tokens (padding not counted) and seconds spent on training in this round. */
  trainTokens: count,
  trainSeconds: seconds,
  /** Without what a round that was resumed had computed before; older records do not have it. */
  phases: phaseSeconds.optional(),
  /**
   * The most of this device's memory that computing held until now, as measured, bytes: wasm's heap, WebGPU's buffers, what PyTorch reserved of a GPU, or its
   * whole process on a CPU. Rounded up to whole {@link MEMORY_GRAIN}s, since rows of some length take so much. Left out where it cannot be measured.
   */
  peakMemory: z.number().int().min(0).max(MAX_MEMORY).optional(),
  /** How much of its privacy budget this client has spent; left out without privacy. */
  privacy: privacyStanding.optional(),
});
export type RoundMetrics = z.output<typeof roundMetrics>;

const meanOfOne = z.strictObject({ accuracy: fraction.nullable(), testLoss: finite.nullable() });

/** Means over the rows of all clients in a secure sum; null where none of them measured it. */
export const roundMeans = z.strictObject({
  /** Rows behind the figures; test rows are those that every round measures. */
  trainRows: count,
  testRows: count,
  /** Nats. */
  trainLoss: finite.nullable(),
  accuracy: perAdapter(fraction),
  testLoss: perAdapter(finite),
  /** Left out where the round's plan does not ask for it. */
  beforeAggregation: meanOfOne.optional(),
  alone: meanOfOne.optional(),
  /** Norm that updates are clipped to in the next sum; null without privacy of clients. */
  clip: z.number().positive().nullable().default(null),
});
export type RoundMeans = z.output<typeof roundMeans>;

const noSlot = { base: null, personal: null, shared: null, fused: null };
/** Of a round in which nothing was measured. */
export const NO_METRICS: RoundMetrics = {
  trainLoss: null,
  accuracy: noSlot,
  macroF1: noSlot,
  testLoss: noSlot,
  fusion: null,
  trainTokens: 0,
  trainSeconds: 0,
};

/** Where a client is within its round; sent a few times a second at most. */
export const progress = z.strictObject({
  round: count,
  activity: z.enum(["loading", "training", "evaluating", "fusing", "uploading"]),
  /** "alone": what is compared with. Null: both slots, or none. */
  slot: z.enum(["personal", "shared", "alone"]).nullable(),
  /** Place in the round's plan of the step that is trained for; who does not say is taken to be at the first of its slot. */
  planStep: count.optional(),
  /** Of one training or search; of measuring, how many of a round's trainings are over. */
  step: count,
  steps: count,
  loss: finite.nullable(),
  tokensPerSecond: z.number().min(0).max(1e9),
});
export type Progress = z.output<typeof progress>;
