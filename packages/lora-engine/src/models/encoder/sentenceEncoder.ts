/** What a label task asks of an encoder, whatever its layers are. */

import type { LinearModule } from "@duet/lora-core/adapters/adapterConfig";
import type { Tensor2D } from "@tensorflow/tfjs";
import type { Dropout } from "../../ops/loraLinear/loraUpdate.ts";
import type { DeviceAdapter } from "../languageModel.ts";

export interface EmbeddingPass {
  readonly adapter: DeviceAdapter | null;
  readonly dropout: Dropout | null;
  /** Keeps less for the backward pass and computes it again there. Left out: no. */
  readonly recompute?: boolean;
  /**
   * Takes the mean over a text's tokens before the last linear layer, where an encoder can: the same but for rounding, and less to compute. Not with
   * dropout. Left out: no.
   */
  readonly meansFirst?: boolean;
}

/** A frozen base that turns texts into vectors. */
export interface SentenceEncoder {
  readonly linears: readonly LinearModule[];
  /** A text as the base reads it: at least one token, at most `maxTokens` or what the base can take. */
  tokensOf(text: string, maxTokens: number): Int32Array;
  /** Embeddings of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
  embed(texts: readonly Int32Array[], pass: EmbeddingPass): Tensor2D;
  /** Frees the frozen weights. */
  dispose(): void;
}
