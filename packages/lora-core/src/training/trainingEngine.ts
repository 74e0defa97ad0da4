/**
 * What the rest of the system needs from the place where training happens. Implemented by localClient.ts (in this thread)
 * and, in the page, by a proxy to a worker with the same interface. Everything that crosses is plain data.
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { StepMemory } from "../architectures/stepMemory.ts";
import type { Confusion } from "../data/classificationMetrics.ts";
import type { DataSplit, Task } from "../data/task.ts";
import type { Mix } from "../fusion/mix.ts";
import type { GenerateOptions, Prediction } from "../models/languageModel.ts";
import type { ModelFiles } from "../models/modelFiles.ts";
import type { BackendName, Device, Progress, RoundMetrics, SampleCounts } from "../protocol/metrics.ts";
import type { RoundPlan } from "../strategies/strategy.ts";
import type { Evaluation } from "./evaluateAdapter.ts";
import type { TrainingConfig } from "./trainingConfig.ts";

export type { ModelFiles };

export interface EngineSetup {
  readonly task: Task;
  readonly adapter: AdapterConfig;
  readonly training: TrainingConfig;
  /** The federation's seed: the common initial adapter. */
  readonly seed: number;
  /** This client's own stream (batch order, dropout). */
  readonly clientSeed: number;
  /** What this device can hold at a time. Left out: everything. */
  readonly memory?: StepMemory;
}

export interface RoundRequest {
  readonly round: number;
  readonly plan: RoundPlan;
  /** What the coordinator sent of its adapter, as a blob; null when the plan receives none. */
  readonly received: Uint8Array | null;
}

export interface RoundResult {
  /** Blob in the layout of the plan's upload; null when the plan uploads nothing. */
  readonly upload: Uint8Array | null;
  readonly metrics: RoundMetrics;
  /** Counts [actual][predicted] of the served adapter on the test rows, after fusing in a label task. Stays on the device. */
  readonly confusion: Confusion | null;
}

/** What a tab must keep to come back as the same client after a reload. Never leaves the device. */
export interface ClientCheckpoint {
  /** The last round that was finished; null before the first. */
  readonly lastRound: number | null;
  readonly personal: Uint8Array;
  readonly shared: Uint8Array;
  /** Frozen update beside both, of any rank; null or left out where there is none. */
  readonly merged?: Uint8Array | null;
  /** SCAFFOLD's c_i; null or left out where there is none. */
  readonly control?: Uint8Array | null;
  /** What the client serves, of any rank; null or left out before the fusing round. */
  readonly served?: Uint8Array | null;
}

/** Which adapter answers: null is the untouched base, `served` what the client ended up with, else a mix of its two adapters. */
export type AnsweringAdapter = Mix | "served" | null;

export interface WriteRequest {
  readonly input: string;
  readonly adapter: AnsweringAdapter;
  readonly options: GenerateOptions;
}

/** All reject with an AbortError when they are stopped, and with a RangeError where nothing is served yet. */
export interface AnswerEngine {
  /** @throws {RangeError} in a text task. */
  predict(inputs: readonly string[], adapter: AnsweringAdapter): Promise<readonly Prediction[]>;
  /** Writes an answer and hands over its pieces as they come. @throws {RangeError} when the model cannot write. */
  write(request: WriteRequest, onText: (piece: string) => void): Promise<void>;
  /** Loss and accuracy on the client's fusion rows. */
  measureFusion(adapter: AnsweringAdapter): Promise<Pick<Evaluation, "loss" | "accuracy">>;
  /** Stops what is running, and waits for its end. */
  stopAnswering(): Promise<void>;
}

export interface TrainingEngine extends AnswerEngine {
  /** Picks the backend (or the forced one), loads the base. @throws when the forced backend is not there. */
  open(files: ModelFiles, backend: BackendName | null): Promise<Device>;
  /** Binds task, adapter and the client's rows. Returns how many rows each part of the split has. */
  prepare(setup: EngineSetup, split: DataSplit): Promise<SampleCounts>;
  /**
   * Runs one round's plan. `onProgress` is called at most a few times a second.
   * @throws {Error} on a loss that is not finite.
   * @throws {DeviceLostError} when the GPU is gone: open and prepare again, on another backend, then restore.
   */
  runRound(request: RoundRequest, onProgress: (progress: Progress) => void): Promise<RoundResult>;
  checkpoint(): Promise<ClientCheckpoint>;
  restore(checkpoint: ClientCheckpoint): Promise<void>;
  /** Stops a running round at its next step; that `runRound` rejects with an AbortError. */
  cancel(): Promise<void>;
}
