/** A Llama decoder in jax-js; the head only at the positions that are scored, as ours. See jaxLayers.ts. */

import type { DecoderConfig } from "@duet/lora-core/architectures/decoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { nn, numpy as np } from "@jax-js/jax";
import {
  type JaxAdapted,
  type JaxArrays,
  jaxArrays,
  jaxAttention,
  jaxCrossEntropy,
  jaxLinear,
  jaxRmsNorm,
  kept,
} from "./jaxLayers.ts";
import type { JaxModel } from "./jaxSteps.ts";

const EMBEDDING = "model.embed_tokens.weight";

/** Rows of one length; K scored positions. */
export interface CausalBatch {
  readonly family: "causal-lm";
  readonly rows: number;
  /** T */
  readonly length: number;
  /** [B T] */
  readonly ids: Int32Array;
  /** [K], in [0, B T). */
  readonly positions: Int32Array;
  /** [K] */
  readonly targets: Int32Array;
}

export function createJaxCausalLm(config: DecoderConfig, checkpoint: NamedTensors, batch: CausalBatch): JaxModel {
  const { rows, length } = batch;
  const vector = (values: Int32Array) => np.array(values);
  return {
    constants: {
      ...jaxArrays(checkpoint),
      ...positions(config, length),
      ids: vector(batch.ids),
      positions: vector(batch.positions),
      targets: vector(batch.targets),
    },
    loss: (adapted) => {
      const hidden = hiddenStates(config, adapted, { rows, length });
      const scored = np.take(hidden, kept(adapted.weights, "positions"), 0);
      const normed = jaxRmsNorm(scored, kept(adapted.weights, "model.norm.weight"), config.normEps);
      const head = config.tiedHead ? EMBEDDING : "lm_head.weight";
      return jaxCrossEntropy(np.matmul(normed, kept(adapted.weights, head).transpose()), kept(adapted.weights, "targets"));
    },
  };
}

interface Shape {
  readonly rows: number;
  readonly length: number;
}

/** [B T, D] */
function hiddenStates(config: DecoderConfig, adapted: JaxAdapted, shape: Shape): np.Array {
  const { weights } = adapted;
  const norm = (name: string, x: np.Array) => jaxRmsNorm(x, kept(weights, `${name}.weight`), config.normEps);
  let x = np.take(kept(weights, EMBEDDING), kept(weights, "ids"), 0);
  for (let index = 0; index < config.layers; index++) {
    const layer = `model.layers.${index}`;
    const normed = norm(`${layer}.input_layernorm`, x.ref);
    x = x.add(selfAttention(config, adapted, layer, normed, shape));
    const inner = norm(`${layer}.post_attention_layernorm`, x.ref);
    const gate = nn.silu(jaxLinear(adapted, `${layer}.mlp.gate_proj`, inner.ref));
    const up = jaxLinear(adapted, `${layer}.mlp.up_proj`, inner);
    x = x.add(jaxLinear(adapted, `${layer}.mlp.down_proj`, gate.mul(up)));
  }
  return x;
}

function selfAttention(config: DecoderConfig, adapted: JaxAdapted, layer: string, x: np.Array, shape: Shape): np.Array {
  const { rows, length } = shape;
  const { keyValueHeads, headWidth } = config;
  const group = config.heads / keyValueHeads;
  /** [B, Hkv, queries per key head, T, Dh] */
  const heads = (name: string, input: np.Array, each: number) =>
    jaxLinear(adapted, `${layer}.self_attn.${name}`, input)
      .reshape([rows, length, keyValueHeads, each, headWidth])
      .transpose([0, 2, 3, 1, 4]);
  const q = turned(adapted.weights, heads("q_proj", x.ref, group));
  const k = turned(adapted.weights, heads("k_proj", x.ref, 1));
  const out = jaxAttention(q, k, heads("v_proj", x, 1), kept(adapted.weights, "bias"));
  const joined = out.transpose([0, 3, 1, 2, 4]).reshape([rows * length, config.heads * headWidth]);
  return jaxLinear(adapted, `${layer}.self_attn.o_proj`, joined);
}

/** (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin), halves of a head; x [..., T, Dh]. */
function turned(weights: JaxArrays, x: np.Array): np.Array {
  const [first, second] = np.split(x.ref, 2, -1);
  if (!first || !second) throw new RangeError("unreachable: split in two");
  const half = np.concatenate([second.mul(-1), first], -1);
  return x.mul(kept(weights, "cos")).add(half.mul(kept(weights, "sin")));
}

/** cos and sin [T, Dh], a frequency serving both halves of a head; bias [T, T], 0 up to the own position. */
function positions(config: DecoderConfig, length: number): JaxArrays {
  const frequencies = config.rotaryFrequencies ?? [];
  const radians = Array.from({ length }, (_, position) => [...frequencies, ...frequencies].map((f) => position * f)).flat();
  const table = (of: (angle: number) => number) => np.array(Float32Array.from(radians, of)).reshape([length, config.headWidth]);
  const bias = Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0));
  return { cos: table(Math.cos), sin: table(Math.sin), bias: np.array(bias).reshape([length, length]) };
}
