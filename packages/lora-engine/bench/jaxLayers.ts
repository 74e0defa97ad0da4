/**
 * Layers written the usual way in jax-js (`@jax-js/jax`), with its own gradients and compiled by its `jit`: a peer of the benchmark.
 * Every jax-js function takes over the arrays it is given, so whatever is used again is passed as `.ref`.
 */

import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { nn, numpy as np } from "@jax-js/jax";

/** Arrays by name: a checkpoint, or the factors of an adapter by their keys. */
export type JaxArrays = Record<string, np.Array>;

/** Linear weights stay [out, in]: jax-js takes transposed operands as they are. */
export function jaxArrays(tensors: NamedTensors): JaxArrays {
  return Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, np.array(data.slice()).reshape([...shape])]));
}

/** The same zeros beside every array. */
export function jaxZeros(arrays: JaxArrays): JaxArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, np.zeros(shape)]));
}

export interface JaxAdapted {
  readonly weights: JaxArrays;
  readonly adapter: JaxArrays;
  readonly scale: number;
}

/** A reference of its own to an array that stays. */
export function kept(arrays: JaxArrays, name: string): np.Array {
  const found = arrays[name];
  if (!found) throw new RangeError(`There is no ${name}`);
  return found.ref;
}

/** x W^T + b + s (x A^T) B^T; x [N, in] is taken over. */
export function jaxLinear({ weights, adapter, scale }: JaxAdapted, name: string, x: np.Array): np.Array {
  const product = np.matmul(x.ref, kept(weights, `${name}.weight`).transpose());
  const base = weights[`${name}.bias`] ? product.add(kept(weights, `${name}.bias`)) : product;
  const a = `${name}.lora_A.weight`;
  if (!adapter[a]) {
    x.dispose();
    return base;
  }
  const hidden = np.matmul(x, kept(adapter, a).transpose());
  return base.add(np.matmul(hidden, kept(adapter, `${name}.lora_B.weight`).transpose()).mul(scale));
}

/** x / rms(x) * w over the last axis; x is taken over. */
export function jaxRmsNorm(x: np.Array, weight: np.Array, epsilon: number): np.Array {
  const mean = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(mean.add(epsilon))).mul(weight);
}

/** (x - mean) / deviation * w + b over the last axis; x is taken over. */
export function jaxLayerNorm(x: np.Array, weight: np.Array, bias: np.Array, epsilon: number): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(epsilon)))
    .mul(weight)
    .add(bias);
}

/** Mean cross-entropy of logits [K, V] against targets [K] (int32), both taken over. */
export function jaxCrossEntropy(logits: np.Array, targets: np.Array): np.Array {
  const classes = logits.shape[1] ?? 0;
  const chosen = np.sum(logits.ref.mul(nn.oneHot(targets, classes)), -1);
  return np.mean(nn.logsumexp(logits, -1).sub(chosen));
}

/** softmax(q k^T / sqrt(Dh) + bias) v over the last two axes, all taken over; leading axes broadcast. */
export function jaxAttention(q: np.Array, k: np.Array, v: np.Array, bias: np.Array): np.Array {
  const width = q.shape.at(-1) ?? 1;
  const scores = np.matmul(q, np.swapaxes(k, -1, -2)).mul(1 / Math.sqrt(width));
  return np.matmul(nn.softmax(scores.add(bias), -1), v);
}
