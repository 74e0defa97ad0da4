/** What a client is doing, for everyone who shows it. */

import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { DoneRound } from "@duet/lora-core/contract/clientRound";
import type { Confusion } from "@duet/lora-core/data/classificationMetrics";
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { Exit } from "@duet/lora-core/protocol/exits";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import type { AdapterKey, Device, Progress, RoundMetrics, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { KeptAdapters } from "./keptAdapters.ts";
import type { SessionSaying } from "./sessionNotes.ts";

export type SessionStage =
  /** `seconds` since the loading began. */
  | { readonly kind: "loadingModel"; readonly download: DownloadProgress; readonly seconds: number }
  | { readonly kind: "preparing" }
  | { readonly kind: "joining" }
  /** The organiser has to admit this client. */
  | { readonly kind: "awaitingApproval" }
  | { readonly kind: "waiting" }
  | { readonly kind: "working"; readonly round: number; readonly progress: Progress | null }
  | { readonly kind: "submitting"; readonly round: number }
  /** What it shares is summed so that nobody sees it by itself. */
  | { readonly kind: "summing"; readonly round: number; readonly step: ExchangeStep }
  | { readonly kind: "finished"; readonly note: string }
  /** `why` is null where what was told of it is no word of `EXITS`. */
  | { readonly kind: "removed"; readonly reason: string; readonly why: Exit | null }
  | { readonly kind: "failed"; readonly failure: FailureText };

export interface SessionState {
  readonly stage: SessionStage;
  readonly name: string;
  /** Who else sees what this client measures. */
  readonly figures: FiguresFor;
  /** Null until joined. */
  readonly clientId: string | null;
  readonly device: Device | null;
  readonly samples: SampleCounts | null;
  /** False when this device refused to store the checkpoint: after a reload it would start over. */
  readonly canResume: boolean;
  /** False when this browser could not keep the base model: the next visit downloads it again. */
  readonly modelKept: boolean;
  /** Counts [actual][predicted] of the served adapter on its own test rows, once it is fused. */
  readonly confusion: Confusion | null;
  /** The same of the personal adapter alone; null where it was not measured. */
  readonly personalConfusion: Confusion | null;
  /** What it has measured, whoever else sees that; null before the first round. */
  readonly own: OwnFigures | null;
  /** After the last finished round; null before the first. */
  readonly adapters: KeptAdapters | null;
  /** What was out of the ordinary in this page's life, oldest first. */
  readonly notes: readonly SessionSaying[];
  /** Training losses of this page's life, oldest first; not those of learning alone for the comparison. */
  readonly losses: readonly LossPoint[];
}

/** Whether there is, or may yet be, something for this client to do. */
export function isTakingPart({ stage }: SessionState): boolean {
  return stage.kind !== "finished" && stage.kind !== "removed" && stage.kind !== "failed";
}

export interface LossPoint {
  readonly round: number;
  readonly step: number;
  readonly loss: number;
}

/** What a client has measured on its own rows. */
export type OwnFigures = Pick<RoundMetrics, "accuracy" | "trainLoss" | "fusion" | "testRows" | "sample" | "alone">;

/** Of its newest round, with the accuracies of before where that did not measure an adapter and those are of the same rows. */
export function ownFigures(done: DoneRound | null, before: OwnFigures | null = null): OwnFigures | null {
  if (!done) return before;
  const { accuracy: newest, trainLoss, fusion, testRows, sample, alone } = done.own ?? done.metrics;
  const comparable = before?.testRows === testRows ? before?.accuracy : null;
  const accuracyOf = (key: AdapterKey) => newest[key] ?? comparable?.[key] ?? null;
  const accuracy = {
    base: accuracyOf("base"),
    personal: accuracyOf("personal"),
    shared: accuracyOf("shared"),
    fused: accuracyOf("fused"),
  };
  return {
    accuracy,
    trainLoss: trainLoss ?? before?.trainLoss ?? null,
    fusion,
    ...(testRows === undefined ? {} : { testRows }),
    ...(sample ? { sample } : {}),
    ...(alone ? { alone } : {}),
  };
}
