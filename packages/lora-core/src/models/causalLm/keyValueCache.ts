/** Keys and values of the tokens read so far, one pair per layer, for generating a text token by token. */
import * as tf from "@tensorflow/tfjs";

export interface KeyValues {
  /** [B, Hkv, T, Dh], keys already rotated. */
  readonly k: tf.Tensor4D;
  readonly v: tf.Tensor4D;
}

export interface KeyValueCache {
  /** Tokens read before the pass that is running. */
  readonly length: number;
  /** Appends new ones of a layer and returns all, which stay the cache's. */
  extend(layer: number, k: tf.Tensor4D, v: tf.Tensor4D): KeyValues;
  /** To be called once after each pass: its tokens count as read. */
  advance(tokens: number): void;
  dispose(): void;
}

/** An empty cache. The caller disposes it. */
export function createKeyValueCache(): KeyValueCache {
  const layers = new Map<number, KeyValues>();
  let length = 0;
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
    advance(tokens) {
      length += tokens;
    },
    dispose() {
      for (const { k, v } of layers.values()) tf.dispose([k, v]);
      layers.clear();
      length = 0;
    },
  };
}
