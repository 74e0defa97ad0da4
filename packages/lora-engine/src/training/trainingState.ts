import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { AdamWState } from "../optim/adamW.ts";
import type { GradientSums } from "./gradientTerms.ts";

/**
 * A training between two of its steps, on the host: enough to go on to the same bits. Batches and dropout need no state of their own:
 * they are functions of the seed and the number of the step. With privacy they are drawn anew, and paid for anew.
 */
export interface TrainingState {
  /** Steps taken. */
  readonly done: number;
  readonly adapter: NamedTensors;
  readonly optimizer: AdamWState;
  readonly gradients: GradientSums;
  readonly lossSum: number;
  readonly tokens: number;
}
