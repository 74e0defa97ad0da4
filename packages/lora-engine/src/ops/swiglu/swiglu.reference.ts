/** Plain loops in float64: the oracle of swiglu.ts. */

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function swigluForward(gate: Float64Array, up: Float64Array): Float64Array {
  return gate.map((g, i) => g * sigmoid(g) * up[i]!);
}

export function swigluGradients(gate: Float64Array, up: Float64Array, dy: Float64Array): [Float64Array, Float64Array] {
  return [
    gate.map((g, i) => dy[i]! * up[i]! * sigmoid(g) * (1 + g * (1 - sigmoid(g)))),
    gate.map((g, i) => dy[i]! * g * sigmoid(g)),
  ];
}
