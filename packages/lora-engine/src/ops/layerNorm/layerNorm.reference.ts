/** Plain loops in float64: the oracle of layerNorm.ts. x [N, D], weight [D], bias [D], row-major. */

export function layerNormForward(x: Float64Array, weight: Float64Array, bias: Float64Array, eps: number): Float64Array {
  const width = weight.length;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length / width; row++) {
    const { mean, inverse } = moments(x.subarray(row * width, (row + 1) * width), eps);
    for (let j = 0; j < width; j++) {
      const i = row * width + j;
      y[i] = (x[i]! - mean) * inverse * weight[j]! + bias[j]!;
    }
  }
  return y;
}

/** dx_j = r (g_j - mean(g) - n_j mean(g n)), with g = w dy, n = (x - mean) r and r = 1 / sqrt(var + eps). */
export function layerNormGradient(x: Float64Array, weight: Float64Array, eps: number, dy: Float64Array): Float64Array {
  const width = weight.length;
  const dx = new Float64Array(x.length);
  for (let row = 0; row < x.length / width; row++) {
    const { mean, inverse } = moments(x.subarray(row * width, (row + 1) * width), eps);
    let gradientMean = 0;
    let along = 0;
    for (let j = 0; j < width; j++) {
      const g = weight[j]! * dy[row * width + j]!;
      gradientMean += g / width;
      along += (g * (x[row * width + j]! - mean) * inverse) / width;
    }
    for (let j = 0; j < width; j++) {
      const i = row * width + j;
      dx[i] = inverse * (weight[j]! * dy[i]! - gradientMean - (x[i]! - mean) * inverse * along);
    }
  }
  return dx;
}

function moments(row: Float64Array, eps: number): { mean: number; inverse: number } {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return { mean, inverse: 1 / Math.sqrt(variance + eps) };
}
