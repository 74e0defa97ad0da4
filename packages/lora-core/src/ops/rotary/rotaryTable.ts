/** Angles of rotary embeddings, made once in float64. */
import * as tf from "@tensorflow/tfjs";

export interface RotaryTable {
  /** [T, Dh]; the second half of a row repeats the first. */
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/** Row t, column j: t / theta^(2 j' / Dh) with j' = j mod Dh / 2, row-major [T, Dh]. */
export function rotaryAngles(length: number, headWidth: number, theta: number): Float64Array {
  const half = headWidth / 2;
  return Float64Array.from({ length: length * headWidth }, (_, i) => {
    const position = Math.floor(i / headWidth);
    return position / theta ** ((2 * (i % half)) / headWidth);
  });
}

/** The caller owns the tensors. */
export function rotaryTable(length: number, headWidth: number, theta: number): RotaryTable {
  const angles = rotaryAngles(length, headWidth, theta);
  const shape: [number, number] = [length, headWidth];
  return {
    cos: tf.tensor2d(Float32Array.from(angles, Math.cos), shape),
    sin: tf.tensor2d(Float32Array.from(angles, Math.sin), shape),
  };
}
