/** Universal Sentence Encoder lite in jax-js. See jaxLayers.ts. */

import type { EncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { nn, numpy as np } from "@jax-js/jax";
import { type JaxAdapted, jaxArrays, jaxAttention, jaxCrossEntropy, jaxLayerNorm, jaxLinear, kept } from "./jaxLayers.ts";
import type { JaxModel } from "./jaxSteps.ts";

export interface EncoderBatch {
  readonly family: "encoder";
  readonly rows: number;
  /** T, the same in every row. */
  readonly length: number;
  /** [B T] */
  readonly ids: Int32Array;
  /** [B] */
  readonly labels: Int32Array;
  /** The labels' embeddings, [labels, D]. */
  readonly targets: { readonly shape: readonly [number, number]; readonly data: Float32Array };
  readonly temperature: number;
}

/** Rows without padding, so there is no mask. */
export function createJaxEncoder(config: EncoderConfig, checkpoint: NamedTensors, batch: EncoderBatch): JaxModel {
  const { rows, length } = batch;
  return {
    constants: {
      ...jaxArrays(checkpoint),
      ids: np.array(batch.ids),
      labels: np.array(batch.labels),
      targets: np.array(batch.targets.data.slice()).reshape([...batch.targets.shape]),
      places: np.array(Float32Array.from({ length }, (_, i) => i)).reshape([length, 1]),
    },
    loss: (adapted) => {
      const embedded = embed(config, adapted, rows, length);
      const logits = np.matmul(embedded, kept(adapted.weights, "targets").transpose()).mul(batch.temperature);
      return jaxCrossEntropy(logits, kept(adapted.weights, "labels"));
    },
  };
}

/** [B, D], rows of length 1. */
function embed(config: EncoderConfig, adapted: JaxAdapted, rows: number, length: number): np.Array {
  const { weights } = adapted;
  const linear = (name: string, x: np.Array) => jaxLinear(adapted, name, x);
  const norm = (name: string, x: np.Array) =>
    jaxLayerNorm(x, kept(weights, `${name}.weight`), kept(weights, `${name}.bias`), config.layerNormEpsilon);
  const angles = kept(weights, "places").mul(kept(weights, "position.frequencies"));
  const places = np.concatenate([np.sin(angles.ref), np.cos(angles)], -1);
  const tokens = np.take(kept(weights, "embeddings.weight"), kept(weights, "ids"), 0).mul(2);
  let x = tokens
    .reshape([rows, length, config.embeddingSize])
    .add(places)
    .reshape([rows * length, config.embeddingSize]);
  for (let index = 0; index < config.layers; index++) {
    const layer = `layers.${index}`;
    const out = selfAttention(config, adapted, layer, norm(`${layer}.attention.norm`, x.ref), rows);
    x = out.add(weights[`${layer}.residual.weight`] ? linear(`${layer}.residual`, x) : x);
    const inner = nn.relu(linear(`${layer}.mlp.up`, norm(`${layer}.mlp.norm`, x.ref)));
    x = x.add(linear(`${layer}.mlp.down`, inner));
  }
  const mean = np.mean(x.reshape([rows, length, config.hiddenSize]), 1);
  const pooled = np.tanh(linear("pooler", mean));
  return pooled.ref.div(np.sqrt(np.sum(np.square(pooled), -1, { keepdims: true })));
}

function selfAttention(config: EncoderConfig, adapted: JaxAdapted, layer: string, x: np.Array, rows: number): np.Array {
  const [tokens = 0, width = 0] = x.shape;
  const headWidth = width / config.heads;
  const [q, k, v] = np
    .split(jaxLinear(adapted, `${layer}.attention.qkv`, x), 3, -1)
    .map((part) => part.reshape([rows, tokens / rows, config.heads, headWidth]).transpose([0, 2, 1, 3]));
  if (!q || !k || !v) throw new RangeError("unreachable: split in three");
  const out = jaxAttention(q, k, v, np.array(0));
  const joined = out.transpose([0, 2, 1, 3]).reshape([tokens, width]);
  return jaxLinear(adapted, `${layer}.attention.output`, joined);
}
