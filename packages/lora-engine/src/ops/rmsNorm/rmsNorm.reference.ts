/** Plain loops in float64: the oracle of rmsNorm.ts. x [N, D], weight [D], row-major. */

export function rmsNormForward(x: Float64Array, weight: Float64Array, eps: number): Float64Array {
  const width = weight.length;
  return x.map((value, i) => value * inverseRms(x, Math.floor(i / width), width, eps) * weight[i % width]!);
}

/** dx_j = r (w_j dy_j - x_j r^2 / D * sum_k w_k dy_k x_k), r = 1 / sqrt(mean(x^2) + eps). */
export function rmsNormGradient(x: Float64Array, weight: Float64Array, eps: number, dy: Float64Array): Float64Array {
  const width = weight.length;
  const dx = new Float64Array(x.length);
  for (let row = 0; row < x.length / width; row++) {
    const r = inverseRms(x, row, width, eps);
    let along = 0;
    for (let k = 0; k < width; k++) along += weight[k]! * dy[row * width + k]! * x[row * width + k]!;
    for (let j = 0; j < width; j++) {
      const i = row * width + j;
      dx[i] = r * (weight[j]! * dy[i]! - (x[i]! * r * r * along) / width);
    }
  }
  return dx;
}

function inverseRms(x: Float64Array, row: number, width: number, eps: number): number {
  let squares = 0;
  for (let k = 0; k < width; k++) squares += x[row * width + k]! ** 2;
  return 1 / Math.sqrt(squares / width + eps);
}
