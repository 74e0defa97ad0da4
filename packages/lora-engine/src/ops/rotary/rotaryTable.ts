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
  /** Radians per position of pair j, [Dh / 2]. */
  readonly frequencies: readonly number[];
}

/** Row t, column j: (start + t) * frequencies[j mod Dh / 2], row-major [T, Dh]. */
export function rotaryAngles({ start, length, frequencies }: RotaryShape): Float64Array {
  const headWidth = 2 * frequencies.length;
  return Float64Array.from({ length: length * headWidth }, (_, i) => {
    const position = start + Math.floor(i / headWidth);
    return position * (frequencies[i % frequencies.length] as number);
  });
}

/** The caller owns the tensors. */
export function rotaryTable(shape: RotaryShape): RotaryTable {
  const angles = rotaryAngles(shape);
  const extents: [number, number] = [shape.length, 2 * shape.frequencies.length];
  return {
    cos: tf.tensor2d(Float32Array.from(angles, Math.cos), extents),
    sin: tf.tensor2d(Float32Array.from(angles, Math.sin), extents),
  };
}
