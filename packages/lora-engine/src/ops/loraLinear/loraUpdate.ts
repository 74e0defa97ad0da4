/** What LoRA adds to a frozen linear layer (Hu et al. 2021, arXiv:2106.09685, eq. 3). */
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { RowOffsets } from "../selfAttention/rowOffsets.ts";

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

/** What the gradients of each of K rows flow to, see rowwiseLinear.ts: one of A [K, R, in] and one of B [K, out, R]. */
export interface RowProbes {
  readonly a: Tensor3D;
  readonly b: Tensor3D;
  /** Where the tokens of each row are. */
  readonly offsets: RowOffsets;
}

export interface LoraUpdate {
  readonly factors: LoraFactors;
  /** Left out: the factors have gradients, of all rows together. */
  readonly probes?: RowProbes | undefined;
  readonly scale: number;
  /** Acts on the input of A only, as PEFT's lora_dropout; null outside training. */
  readonly dropout: Dropout | null;
}
