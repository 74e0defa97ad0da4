/** What an implementation of selfAttention.ts computes. */
import type { Tensor2D } from "@tensorflow/tfjs";
import type { RotaryTable } from "../rotary/rotaryTable.ts";
import type { RowOffsets } from "./rowOffsets.ts";

/** How many heads, and how wide each is. */
export interface HeadShape {
  /** H */
  readonly heads: number;
  /** Hkv */
  readonly keyHeads: number;
  /** Dh */
  readonly headWidth: number;
}

export interface SelfAttentionOptions extends HeadShape {
  readonly offsets: RowOffsets;
  /** Of the scores. */
  readonly scale: number;
  /** Whether a token sees no later ones. */
  readonly causal: boolean;
  /** Turns queries and keys by their place in the row, [at least the longest row, Dh]; null for not. */
  readonly table: RotaryTable | null;
}

interface Forwarded {
  readonly out: Tensor2D;
  readonly logTotals: Tensor2D;
  readonly read?: Tensor2D;
}

export interface SelfAttentionKernel {
  /**
   * out [N, H Dh], and what else the gradient needs: the logarithm of each softmax's sum, [N, H], and what it is to read in place of x,
   * where that is another tensor.
   */
  forward(x: Tensor2D, options: SelfAttentionOptions): Forwarded;
  /** The gradient of x, from what {@link forward} had it read. */
  backward(
    dy: Tensor2D,
    saved: { readonly x: Tensor2D; readonly out: Tensor2D; readonly logTotals: Tensor2D },
    options: SelfAttentionOptions,
  ): Tensor2D;
}
