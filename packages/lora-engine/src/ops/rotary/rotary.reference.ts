/** Plain loops in float64: the oracle of rotary.ts. x [.., T, Dh] row-major. */
import { type RotaryShape, rotaryAngles } from "./rotaryTable.ts";

/** Turns every pair (x_j, x_{j + Dh/2}) at position t by the table's angle. */
export function rotaryForward(x: Float64Array, shape: RotaryShape): Float64Array {
  return rotate(x, shape, 1);
}

/** Rotations are orthogonal: the gradient is turned back. */
export function rotaryGradient(dy: Float64Array, shape: RotaryShape): Float64Array {
  return rotate(dy, shape, -1);
}

function rotate(x: Float64Array, shape: RotaryShape, direction: number): Float64Array {
  const { length } = shape;
  const angles = rotaryAngles(shape);
  const half = shape.frequencies.length;
  const headWidth = 2 * half;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += headWidth) {
    const position = (start / headWidth) % length;
    for (let j = 0; j < half; j++) {
      const angle = direction * angles[position * headWidth + j]!;
      const first = x[start + j]!;
      const second = x[start + half + j]!;
      y[start + j] = first * Math.cos(angle) - second * Math.sin(angle);
      y[start + half + j] = second * Math.cos(angle) + first * Math.sin(angle);
    }
  }
  return y;
}
