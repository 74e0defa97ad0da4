/** Plain loops in float64: the oracle of selectRows.ts. x [N, D] row-major. */

export function selectRowsForward(x: Float64Array, indices: readonly number[], width: number): Float64Array {
  return Float64Array.from(indices.flatMap((row) => [...x.slice(row * width, (row + 1) * width)]));
}

export function selectRowsGradient(dy: Float64Array, indices: readonly number[], width: number, rows: number): Float64Array {
  const dx = new Float64Array(rows * width);
  indices.forEach((row, k) => {
    for (let j = 0; j < width; j++) dx[row * width + j]! += dy[k * width + j]!;
  });
  return dx;
}
