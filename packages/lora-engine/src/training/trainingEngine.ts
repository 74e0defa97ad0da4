/** The place where a client's training happens, in this thread. Implemented by localClient.ts. */
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import type { TakenSamples } from "@duet/lora-core/contract/answerSamples";
import type { ClientCheckpoint, RoundRequest, RoundResult } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { TeamAverages, TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import type { BackendName, Device, Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import type { ModelFiles } from "../models/modelFiles.ts";
import type { PrivacyMeter } from "./privacyMeter.ts";
import type { ComputedOn } from "./roundCheckpoint.ts";
import type { RoundKeeping } from "./roundJournal.ts";

/** What a round came to, with what is told to whoever sits before this client, and not kept with it. */
export interface TrainedRound extends RoundResult {
  /** Null where the engine takes none, and without test rows. */
  readonly samples: TakenSamples | null;
}

export interface TrainingEngine extends AnswerEngine {
  /** Picks the backend (or the forced one), loads the base. @throws when the forced backend is not there. */
  open(files: ModelFiles, backend: BackendName | null): Promise<Device>;
  /** Binds task, adapter and the client's rows. Returns how many rows each part of the split has. */
  prepare(setup: EngineSetup, split: DataSplit): Promise<SampleCounts>;
  /**
   * How fast steps are here, by a few on these training rows, `onStep` after each; of what is prepared nothing changes. The base must be open.
   * @throws {DuetError} BUSY while a round runs; LOSS_NOT_FINITE.
   */
  measureSpeed(setup: EngineSetup, train: readonly Row[], onStep: () => void): Promise<StepSpeed>;
  /**
   * Runs one round's plan, or goes on with it. `onProgress` is called at most a few times a second. `meter` is needed where the setup
   * asks for privacy; then its metrics say nothing that was computed from rows, and the result has the figures as its `own`. With `lead` the
   * members of a team train with it.
   * @throws {DuetError} LOSS_NOT_FINITE; STORED_DAMAGED when what it is to go on from is of another round.
   * @throws {DeviceLostError} when the GPU is gone: open and prepare again, on another backend, then restore.
   */
  runRound(
    request: RoundRequest,
    onProgress: (progress: Progress) => void,
    keeping?: RoundKeeping,
    meter?: PrivacyMeter | null,
    lead?: TeamLead | null,
  ): Promise<TrainedRound>;
  /**
   * Takes a training that another device leads on this client's rows, from `state` on; what comes of it is remembered until the next one, for a
   * round that asks for the same.
   * @throws {DuetError} STOPPED by {@link cancel}, or where the team goes on without this device; LOSS_NOT_FINITE.
   */
  help(
    order: TrainingOrder,
    state: Uint8Array | null,
    averages: TeamAverages,
    onStep: (step: number, tokens: number) => void,
  ): Promise<void>;
  /** What this client's training rows are like, as the base reads them: at most `maxTokens` of each. */
  rowStatistics(): RowStatistics;
  /** What decides the last bits of what is computed now. */
  computedOn(): ComputedOn;
  checkpoint(): Promise<ClientCheckpoint>;
  restore(checkpoint: ClientCheckpoint): Promise<void>;
  /** Stops a running round at its next step; that `runRound` rejects with STOPPED. */
  cancel(): Promise<void>;
}
