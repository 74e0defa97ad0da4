/** Gradients of every row of a piece by itself, from one pass over it. */
import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import * as tf from "@tensorflow/tfjs";
import type { DeviceAdapter, Example } from "../models/languageModel.ts";
import type { RowProbes } from "../ops/loraLinear/loraUpdate.ts";
import { rowOffsets } from "../ops/selfAttention/rowOffsets.ts";

export interface RowGradients {
  /** Mean over the rows. */
  readonly loss: tf.Scalar;
  /** In the order of the keys: that of every row, [K, ...shape]. */
  readonly gradients: readonly tf.Tensor3D[];
}

/**
 * For a model that `readsRowsAsTheyAre` (languageModel.ts); `lossOf` is the mean over the rows of a loss that knows each of them alone, and `keys`
 * are of factors of this adapter. Nothing of these rows is read together but frozen weights and factors, so a row's gradient is the one that it
 * has by itself, up to rounding. Call inside tf.tidy.
 */
export function rowGradients(
  rows: readonly Example[],
  keys: readonly string[],
  adapter: DeviceAdapter,
  lossOf: (adapter: DeviceAdapter) => tf.Scalar,
): RowGradients {
  const offsets = rowOffsets(rows.map(({ tokens }) => tokens.length));
  const probes = new Map(
    [...adapter.factors].map(([module, { a, b }]): [string, RowProbes] => [
      module,
      { a: tf.zeros([rows.length, ...a.shape]), b: tf.zeros([rows.length, ...b.shape]), offsets },
    ]),
  );
  const all = [...probes].flatMap(([module, { a, b }]) => [
    { key: factorAKey(module), probe: a },
    { key: factorBKey(module), probe: b },
  ]);
  const { value, grads } = tf.valueAndGrads(() => lossOf({ ...adapter, probes }))(all.map(({ probe }) => probe));
  const byKey = new Map(all.map(({ key }, i) => [key, grads[i] as tf.Tensor3D]));
  return {
    loss: value as tf.Scalar,
    gradients: keys.map((key) => {
      const gradient = byKey.get(key);
      if (!gradient) throw new RangeError(`rowGradients: ${key} is no factor of this adapter`);
      return tf.mul<tf.Tensor3D>(gradient, rows.length);
    }),
  };
}
