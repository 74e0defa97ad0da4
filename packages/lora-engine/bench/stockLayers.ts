/**
 * Layers written the usual way in TF.js, with its own gradients: what the benchmark compares with, and an independent oracle
 * for the models' tests. Shares no code with src/ops.
 */

import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter } from "../src/models/languageModel.ts";

/** A checkpoint's tensors on the backend; linear weights as tf.layers keeps them, [in, out]. Freed by whoever made it. */
export type StockWeights = ReadonlyMap<string, tf.Tensor>;

/** Linear weights are the matrices except those named in `tables`. */
export function stockWeights(checkpoint: NamedTensors, tables: readonly string[]): StockWeights {
  return new Map(
    [...checkpoint].map(([name, { shape, data }]): [string, tf.Tensor] => {
      const stored = tf.tensor(data, [...shape]);
      if (shape.length !== 2 || tables.includes(name)) return [name, stored];
      const kernel = tf.transpose(stored);
      stored.dispose();
      return [name, kernel];
    }),
  );
}

export function weight(weights: StockWeights, name: string): tf.Tensor {
  const found = weights.get(name);
  if (!found) throw new RangeError(`There is no ${name}`);
  return found;
}

/** x W + b + s (x A^T) B^T. [N, in] -> [N, out]. */
export function stockLinear(weights: StockWeights, name: string, x: tf.Tensor2D, adapter: DeviceAdapter | null): tf.Tensor2D {
  const bias = weights.get(`${name}.bias`);
  const product = tf.matMul<tf.Tensor2D>(x, weight(weights, `${name}.weight`));
  const base = bias ? tf.add<tf.Tensor2D>(product, bias) : product;
  const factors = adapter?.factors.get(name);
  if (!adapter || !factors) return base;
  const update = tf.matMul(tf.matMul(x, factors.a, false, true), factors.b, false, true);
  return tf.add(base, tf.mul(update, adapter.scale));
}

/** softmax(q k^T / sqrt(Dh) + bias) v over [B, H, T, Dh]. */
export function stockAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, bias: tf.Tensor): tf.Tensor4D {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[3]));
  return tf.matMul(tf.softmax(tf.add(scores, bias)), v);
}

/** [B T, H Dh] -> [B, H, T, Dh] */
export function splitHeads(x: tf.Tensor2D, batch: number, heads: number): tf.Tensor4D {
  const width = x.shape[1] / heads;
  return tf.transpose(x.reshape([batch, x.shape[0] / batch, heads, width]), [0, 2, 1, 3]);
}

/** [B, H, T, Dh] -> [B T, H Dh] */
export function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [batch, heads, tokens, width] = x.shape;
  return tf.transpose(x, [0, 2, 1, 3]).reshape([batch * tokens, heads * width]);
}

/** Token rows as ids [B, T] and a 0/1 mask of real tokens, padded on the right to the longest or to `tokens`. */
export function padded(rows: readonly Int32Array[], tokens = Math.max(...rows.map((row) => row.length))) {
  const ids = rows.map((row) => Array.from({ length: tokens }, (_, i) => row[i] ?? 0));
  const mask = rows.map((row) => Array.from({ length: tokens }, (_, i) => (i < row.length ? 1 : 0)));
  return { ids: tf.tensor2d(ids, undefined, "int32"), mask: tf.tensor2d(mask) };
}
