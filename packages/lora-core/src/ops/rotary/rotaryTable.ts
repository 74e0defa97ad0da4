/** Angles of rotary embeddings, made once in float64. */
import * as tf from "@tensorflow/tfjs";

export interface RotaryTable {
  /** [T, Dh]; the second half of a row repeats the first. */
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

export interface RotaryShape {
  /** Position of the first row; above 0 when earlier tokens are cached. */
  readonly start: number;
  /** T */
  readonly length: number;
  /** Dh, even. */
  readonly headWidth: number;
  readonly theta: number;
}

/** Row t, column j: (start + t) / theta^(2 j' / Dh) with j' = j mod Dh / 2, row-major [T, Dh]. */
export function rotaryAngles({ start, length, headWidth, theta }: RotaryShape): Float64Array {
  const half = headWidth / 2;
  return Float64Array.from({ length: length * headWidth }, (_, i) => {
    const position = start + Math.floor(i / headWidth);
    return position / theta ** ((2 * (i % half)) / headWidth);
  });
}

/** The caller owns the tensors. */
export function rotaryTable(shape: RotaryShape): RotaryTable {
  const angles = rotaryAngles(shape);
  const extents: [number, number] = [shape.length, shape.headWidth];
  return {
    cos: tf.tensor2d(Float32Array.from(angles, Math.cos), extents),
    sin: tf.tensor2d(Float32Array.from(angles, Math.sin), extents),
  };
}
