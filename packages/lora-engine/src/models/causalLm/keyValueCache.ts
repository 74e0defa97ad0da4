/** Keys and values of the tokens read so far, one pair per layer: a prompt is read once, and every text that goes on from it forks. */
import * as tf from "@tensorflow/tfjs";

export interface KeyValues {
  /** [B, Hkv, T, Dh], keys already rotated. */
  readonly k: tf.Tensor4D;
  readonly v: tf.Tensor4D;
}

export interface KeyValueCache {
  /** Columns read before the pass that is running. */
  readonly length: number;
  /** Appends new ones of a layer and returns all, which stay the cache's. */
  extend(layer: number, k: tf.Tensor4D, v: tf.Tensor4D): KeyValues;
  /** To be called once after each pass: its columns count as read. */
  advance(columns: number): void;
  /** These rows as a cache of their own, which the caller disposes; a row may be taken several times. */
  fork(rows: readonly number[]): KeyValueCache;
  dispose(): void;
}

/** An empty cache. The caller disposes it. */
export function createKeyValueCache(): KeyValueCache {
  return cacheOf(new Map(), 0);
}

/** One of `columns` columns, whose kept tensors it takes over. The caller disposes it. */
export function cacheOf(layers: Map<number, KeyValues>, columns: number): KeyValueCache {
  let length = columns;
  return {
    get length() {
      return length;
    },
    extend(layer, k, v) {
      const before = layers.get(layer);
      const all = before
        ? { k: tf.concat([before.k, k], 2), v: tf.concat([before.v, v], 2) }
        : { k: tf.clone(k), v: tf.clone(v) };
      if (before) tf.dispose([before.k, before.v]);
      const kept = { k: tf.keep(all.k), v: tf.keep(all.v) };
      layers.set(layer, kept);
      return kept;
    },
    advance(columns) {
      length += columns;
    },
    fork(rows) {
      const part = (x: tf.Tensor4D) => tf.tidy(() => tf.gather(x, tf.tensor1d([...rows], "int32"), 0));
      const forked = [...layers].map(([layer, { k, v }]): [number, KeyValues] => [
        layer,
        { k: tf.keep(part(k)), v: tf.keep(part(v)) },
      ]);
      return cacheOf(new Map(forked), length);
    },
    dispose() {
      for (const { k, v } of layers.values()) tf.dispose([k, v]);
      layers.clear();
      length = 0;
    },
  };
}
