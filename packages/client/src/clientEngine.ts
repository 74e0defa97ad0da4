/**
 * What a client needs of the place where its rows lie and its training happens: a worker in a tab, the same process elsewhere.
 * Rows never cross this interface: a handle and counts stand for them.
 */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import type {
  ClientCheckpoint,
  DoneRound,
  KeptClient,
  RoundBeginning,
  RoundKey,
  RoundRequest,
} from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { TeamAverages, TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { BackendName, Device, Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";

export interface OpenedModel {
  readonly device: Device;
  /** False when the weights could not be kept on the device: the next start downloads them again. */
  readonly modelKept: boolean;
}

/** Stands for rows that an engine holds. */
export type RowsHandle = string;

export interface BeginRequest {
  readonly rows: RowsHandle;
  /** The client's own seed is made of its rows, where they are. */
  readonly setup: Omit<EngineSetup, "clientSeed">;
  /** SHA-256 over the base's files. */
  readonly model: string;
  /** What a new client starts from; null for the federation's seeded start. A client with finished rounds goes on from those. */
  readonly start: ClientCheckpoint | null;
}

/** A finished round, and whether this device could keep it. */
export interface KeptRound extends KeptClient {
  readonly done: DoneRound;
  /** False when the device refused: after a restart the client would start over. */
  readonly isKept: boolean;
}

export interface ClientEngine extends AnswerEngine {
  /** Loads and checks the base from its source or the cache, picks the backend (or the forced one) and puts it there. */
  openModel(
    model: BaseModel,
    hub: string,
    backend: BackendName | null,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<OpenedModel>;
  /** How much memory this device allows, on the backend that would be picked (or the forced one). */
  deviceLimits(backend: BackendName | null): Promise<DeviceLimits>;
  /** What is kept on the device of this client; null when nothing is. */
  recall(clientId: string): Promise<(KeptClient & { readonly rows: RowsHandle }) | null>;
  /** Binds rows, task and adapters; the base must be open. Returns how many rows each part of the split has. */
  begin(request: BeginRequest): Promise<SampleCounts>;
  /** Keeps the rows and all that follows on the device under this id. False when the device refused. */
  keepAs(clientId: string): Promise<boolean>;
  /**
   * Runs one round's plan and keeps its result. What was kept of the very same round under way is gone on with; `onBegun` is told so
   * first. `onProgress` is called at most a few times a second. With `lead` the members of a team train with it.
   * @throws {DuetError} LOSS_NOT_FINITE; STOPPED by {@link cancel}; DEVICE_LOST when the GPU is gone: open and begin again.
   */
  runRound(
    key: RoundKey,
    request: RoundRequest,
    onProgress: (progress: Progress) => void,
    onBegun: (beginning: RoundBeginning) => void,
    lead?: TeamLead | null,
  ): Promise<KeptRound>;
  /** What this client's training rows are like, for whoever sits before it. */
  rowStatistics(): Promise<RowStatistics>;
  /**
   * The bytes that answer a step of the secure sum over a finished round, or over what its rows are like; repeated, they are the same.
   * @throws {DuetError} SECURE_REFUSED when what the coordinator handed out must not be answered.
   */
  answerSum(request: SumRequest): Promise<Uint8Array>;
  /** Remembers that the coordinator has the result of this round. */
  confirmSubmitted(key: RoundKey): Promise<void>;
  /** Stops a running round at its next step. */
  cancel(): Promise<void>;
  /** Deletes what is kept of this client. */
  forget(clientId: string): Promise<void>;
  /** Ends it; what runs rejects with WORKER_DIED. */
  close(): void;
}

/** One that can also be a member of a team: several devices that are one client. */
export interface TeamEngine extends ClientEngine {
  /**
   * Takes a training of the team that another member leads, on the rows that were begun with, from `state` on.
   * @throws {DuetError} STOPPED by {@link cancel}, or where the team goes on without this member; LOSS_NOT_FINITE.
   */
  help(
    order: TrainingOrder,
    state: Uint8Array | null,
    averages: TeamAverages,
    onStep: (step: number, tokens: number) => void,
  ): Promise<void>;
  /**
   * Begins to be the client that another member of the team was, on the rows that were begun with, and keeps it on the device at once: a handle to
   * begin with again.
   */
  adopt(clientId: string, kept: KeptClient): Promise<RowsHandle>;
}
