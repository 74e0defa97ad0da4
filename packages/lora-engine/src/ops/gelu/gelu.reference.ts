/** Plain loops in float64: the oracle of gelu.ts. */
import { GELU_CUBIC, GELU_SLOPE } from "./geluKernel.ts";

const inner = (x: number) => GELU_SLOPE * (x + GELU_CUBIC * x ** 3);

export function geluForward(x: Float64Array): Float64Array {
  return x.map((value) => (value / 2) * (1 + Math.tanh(inner(value))));
}

export function geluGradient(x: Float64Array, dy: Float64Array): Float64Array {
  return x.map((value, i) => {
    const tanh = Math.tanh(inner(value));
    const innerSlope = GELU_SLOPE * (1 + 3 * GELU_CUBIC * value ** 2);
    return dy[i]! * ((1 + tanh) / 2 + (value / 2) * (1 - tanh ** 2) * innerSlope);
  });
}
