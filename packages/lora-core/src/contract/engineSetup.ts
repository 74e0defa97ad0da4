/** What a client's training is bound to, besides its rows. Plain data: it crosses threads. */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import type { StepMemory } from "../architectures/stepMemory.ts";
import type { Task } from "../data/task.ts";
import type { TrainingConfig } from "../training/trainingConfig.ts";

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
