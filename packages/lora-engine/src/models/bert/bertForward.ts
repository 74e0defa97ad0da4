/**
 * Forward pass of a BERT model (Devlin et al. 2018, arXiv:1810.04805), as BertModel of transformers in evaluation: token ids to hidden
 * states to unit-length vectors. B texts of N tokens in all, D width, H heads. Texts lie one after the other, without padding: activations
 * are [N, D].
 */

import { type BertConfig, bertLayer } from "@duet/lora-core/architectures/bertConfig";
import * as tf from "@tensorflow/tfjs";
import { exactGelu } from "../../ops/exactGelu/exactGelu.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import { rowMeans } from "../../ops/rowMeans/rowMeans.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import { joinedRows, type RowOffsets } from "../../ops/selfAttention/rowOffsets.ts";
import { selfAttention } from "../../ops/selfAttention/selfAttention.ts";
import { unitRows } from "../../ops/unitRows/unitRows.ts";
import { adaptedLinear, adaptedLinears } from "../adaptedLinear.ts";
import { placeRows, textOffsets } from "../encoder/packedTexts.ts";
import type { EmbeddingPass } from "../encoder/sentenceEncoder.ts";
import { throughLayers } from "../throughLayers.ts";
import type { BertWeights } from "./bertWeights.ts";

export interface BertPass extends EmbeddingPass {
  readonly config: BertConfig;
  readonly weights: BertWeights;
}

/** Vectors of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
export function bertVectors(pass: BertPass, texts: readonly Int32Array[]): tf.Tensor2D {
  const offsets = textOffsets(texts, pass.config.maxTokens);
  const hidden = bertHiddenStates(pass, texts, offsets);
  const pooled = pass.config.pooling === "cls" ? selectRows(hidden, offsets.slice(0, -1)) : rowMeans(hidden, offsets);
  return unitRows(pooled, { squashed: false });
}

/** Hidden states after the last layer, [N, D]. */
export function bertHiddenStates(pass: BertPass, texts: readonly Int32Array[], offsets: RowOffsets): tf.Tensor2D {
  return throughLayers(embedTokens(pass, texts, offsets), {
    count: pass.config.layers,
    nameOf: bertLayer,
    ...{ adapter: pass.adapter, recompute: pass.recompute },
    run: (index, { x }, adapter) => ({ x: bertLayerOutput({ ...pass, adapter }, x, { offsets, index }) }),
  });
}

/** Embeddings of the tokens, their positions and the first token type, normed: [N, D]. */
function embedTokens(pass: BertPass, texts: readonly Int32Array[], offsets: RowOffsets): tf.Tensor2D {
  const { config, weights } = pass;
  const words = frozenRows(weights.words, joinedRows(texts, offsets));
  return norm(pass, "embeddings.LayerNorm", tf.add(words, placeRows(weights.places, offsets, config.firstPosition)));
}

interface LayerPlace {
  readonly offsets: RowOffsets;
  readonly index: number;
}

/** Attention, then a two-layer network, each added to what it read and then normed. [N, D] -> [N, D]. */
function bertLayerOutput(pass: BertPass, x: tf.Tensor2D, place: LayerPlace): tf.Tensor2D {
  const layer = bertLayer(place.index);
  const linear = (name: string, input: tf.Tensor2D) => adaptedLinear(pass, `${layer}.${name}`, input);
  const attended = linear("attention.output.dense", attend(pass, x, place));
  const middle = norm(pass, `${layer}.attention.output.LayerNorm`, tf.add(x, attended));
  const changed = linear("output.dense", exactGelu(linear("intermediate.dense", middle)));
  return norm(pass, `${layer}.output.LayerNorm`, tf.add(middle, changed));
}

function attend(pass: BertPass, x: tf.Tensor2D, { offsets, index }: LayerPlace): tf.Tensor2D {
  const { heads, hiddenSize } = pass.config;
  const headWidth = hiddenSize / heads;
  const names = ["query", "key", "value"].map((part) => `${bertLayer(index)}.attention.self.${part}`);
  const joint = adaptedLinears(pass, names, x, { isInputFrozen: index === 0 });
  const shape = { heads, keyHeads: heads, headWidth, offsets };
  return selfAttention(joint, { ...shape, scale: 1 / Math.sqrt(headWidth), causal: false, table: null });
}

function norm({ config, weights }: BertPass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const found = weights.norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return layerNorm(x, found, config.layerNormEpsilon);
}
