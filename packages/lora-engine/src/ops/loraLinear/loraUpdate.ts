/** What LoRA adds to a frozen linear layer (Hu et al. 2021, arXiv:2106.09685, eq. 3). */
import type { Tensor2D } from "@tensorflow/tfjs";

/** LoRA factors of one linear module, as in PEFT: A [R, in], B [out, R]. */
export interface LoraFactors {
  readonly a: Tensor2D;
  readonly b: Tensor2D;
}

/** Zeroes inputs of A at random while training (PEFT's lora_dropout). `seed` differs for every step. */
export interface Dropout {
  readonly rate: number;
  readonly seed: number;
}

export interface LoraUpdate {
  readonly factors: LoraFactors;
  readonly scale: number;
  /** Acts on the input of A only, as PEFT's lora_dropout; null outside training. */
  readonly dropout: Dropout | null;
}
