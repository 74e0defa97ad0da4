/**
 * Forward pass of a BERT model (Devlin et al. 2018, arXiv:1810.04805), as BertModel of transformers in evaluation: token ids to hidden
 * states to unit-length vectors. B texts, T tokens, D width, H heads. Activations travel as [B T, D], because linear layers want
 * matrices. Padded positions carry numbers that nobody reads: attention hides them as keys and the pooling leaves them out.
 */

import { type BertConfig, bertLayer } from "@duet/lora-core/architectures/bertConfig";
import * as tf from "@tensorflow/tfjs";
import { attention } from "../../ops/attention/attention.ts";
import { exactGelu } from "../../ops/exactGelu/exactGelu.ts";
import { frozenRows } from "../../ops/frozenRows/frozenRows.ts";
import { layerNorm } from "../../ops/layerNorm/layerNorm.ts";
import { selectRows } from "../../ops/selectRows/selectRows.ts";
import { adaptedLinear } from "../adaptedLinear.ts";
import { biasOf, meanOfTokens, type PaddedShape, paddedIds, paddedShape, unitRows } from "../encoder/paddedTexts.ts";
import type { EmbeddingPass } from "../encoder/sentenceEncoder.ts";
import { throughLayers } from "../throughLayers.ts";
import type { BertWeights } from "./bertWeights.ts";

export interface BertPass extends EmbeddingPass {
  readonly config: BertConfig;
  readonly weights: BertWeights;
}

/** Vectors of these texts, [B, D], each of length 1. Every text has at least one token. Call inside tf.tidy. */
export function bertVectors(pass: BertPass, texts: readonly Int32Array[]): tf.Tensor2D {
  const shape = paddedShape(texts, pass.config.maxTokens);
  const hidden = bertHiddenStates(pass, texts, shape);
  const first = shape.lengths.map((_, row) => row * shape.tokens);
  return unitRows(pass.config.pooling === "cls" ? selectRows(hidden, first) : meanOfTokens(hidden, shape));
}

/** Hidden states after the last layer, [B T, D]. */
export function bertHiddenStates(pass: BertPass, texts: readonly Int32Array[], shape: PaddedShape): tf.Tensor2D {
  const bias = biasOf(shape);
  return throughLayers(embedTokens(pass, texts, shape), {
    count: pass.config.layers,
    nameOf: bertLayer,
    ...{ adapter: pass.adapter, recompute: pass.recompute },
    run: (index, x, adapter, again) =>
      bertLayerOutput({ ...pass, adapter }, x, { ...shape, bias: again ? biasOf(shape) : bias, index }),
  });
}

/** Embeddings of the tokens, their positions and the first token type, normed: [B T, D]. */
function embedTokens(pass: BertPass, texts: readonly Int32Array[], shape: PaddedShape): tf.Tensor2D {
  const { config, weights } = pass;
  const width = config.hiddenSize;
  const words = frozenRows(weights.words, paddedIds(texts, shape)).reshape([texts.length, shape.tokens, width]);
  const places = weights.places.slice([config.firstPosition, 0], [shape.tokens, width]);
  return norm(pass, "embeddings.LayerNorm", tf.add(words, places).reshape([-1, width]));
}

interface LayerShape extends PaddedShape {
  readonly bias: tf.Tensor4D | null;
  readonly index: number;
}

/** Attention, then a two-layer network, each added to what it read and then normed. [B T, D] -> [B T, D]. */
function bertLayerOutput(pass: BertPass, x: tf.Tensor2D, shape: LayerShape): tf.Tensor2D {
  const layer = bertLayer(shape.index);
  const linear = (name: string, input: tf.Tensor2D) => adaptedLinear(pass, `${layer}.${name}`, input);
  const attended = linear("attention.output.dense", selfAttention(pass, x, shape));
  const middle = norm(pass, `${layer}.attention.output.LayerNorm`, tf.add(x, attended));
  const changed = linear("output.dense", exactGelu(linear("intermediate.dense", middle)));
  return norm(pass, `${layer}.output.LayerNorm`, tf.add(middle, changed));
}

function selfAttention(pass: BertPass, x: tf.Tensor2D, { lengths, tokens, bias, index }: LayerShape): tf.Tensor2D {
  const { heads, hiddenSize } = pass.config;
  const headWidth = hiddenSize / heads;
  const perHead = (part: string) =>
    adaptedLinear(pass, `${bertLayer(index)}.attention.self.${part}`, x)
      .reshape([lengths.length, tokens, heads, headWidth])
      .transpose<tf.Tensor4D>([0, 2, 1, 3]); // [B, H, T, Dh]
  const projected = { q: perHead("query"), k: perHead("key"), v: perHead("value") };
  const out = attention(projected, { scale: 1 / Math.sqrt(headWidth), bias });
  return out.transpose([0, 2, 1, 3]).reshape([-1, hiddenSize]); // [B T, D]
}

function norm({ config, weights }: BertPass, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const found = weights.norms.get(name);
  if (!found) throw new RangeError(`There is no norm ${name}`);
  return layerNorm(x, found, config.layerNormEpsilon);
}
