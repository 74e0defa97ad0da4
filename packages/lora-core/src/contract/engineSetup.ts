/** What a client's training is bound to, besides its rows. Plain data: it crosses threads. */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { StepMemory } from "../architectures/stepMemory.ts";
import type { UploadCoding } from "../compression/uploadCoding.ts";
import type { Task } from "../data/task.ts";
import type { Budget, TrainingConfig } from "../training/trainingConfig.ts";

export interface EngineSetup {
  readonly task: Task;
  readonly adapter: AdapterConfig;
  readonly training: TrainingConfig;
  /** How what is shared is written for whoever takes it. Left out: as it is. */
  readonly upload?: UploadCoding;
  /** R of what is shared, where the adapter has fewer ranks and nobody is to see that: zeros behind its own. Left out: its own. */
  readonly sharedRank?: number;
  /** The federation's seed: the common initial adapter. */
  readonly seed: number;
  /** This client's own stream (batch order, dropout). */
  readonly clientSeed: number;
  /** Every training of a client that is there from the first round to the last: what privacy's noise is calibrated for, and needed for it. */
  readonly trainings?: readonly Budget[];
  /** What this device can hold at a time. Left out: everything. */
  readonly memory?: StepMemory;
}
