/** The rows of every simulated client, and what is to be learned from them. */
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import type { Task } from "@duet/lora-core/data/task";

export interface ExperimentData {
  readonly task: Task;
  /** Longer rows are cut; null leaves it to the model's family. */
  readonly maxTokens: number | null;
  readonly clients: readonly ClientData[];
}

export interface ClientData {
  readonly name: string;
  readonly split: DataSplit;
  /** Test rows of kinds that nobody trains on, apart from the split's; empty where the whole test part is like that. */
  readonly unseen: readonly Row[];
}
