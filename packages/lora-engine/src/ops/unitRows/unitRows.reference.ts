/** Plain loops in float64: the oracle of unitRows.ts. x [B, D], row-major. */

export function unitRowsForward(x: Float64Array, width: number, squashed: boolean): Float64Array {
  const t = squashed ? x.map(Math.tanh) : x;
  return t.map((value, i) => value / lengthOf(t, Math.floor(i / width), width));
}

/** dt = (dy - y (y . dy)) / |t|, and dx = dt (1 - t^2) where t is the tangent. */
export function unitRowsGradient(x: Float64Array, width: number, squashed: boolean, dy: Float64Array): Float64Array {
  const t = squashed ? x.map(Math.tanh) : x;
  const y = unitRowsForward(x, width, squashed);
  return dy.map((value, i) => {
    const row = Math.floor(i / width);
    let along = 0;
    for (let j = row * width; j < (row + 1) * width; j++) along += y[j]! * dy[j]!;
    return ((value - y[i]! * along) / lengthOf(t, row, width)) * (squashed ? 1 - t[i]! ** 2 : 1);
  });
}

function lengthOf(t: Float64Array, row: number, width: number): number {
  let squares = 0;
  for (let j = row * width; j < (row + 1) * width; j++) squares += t[j]! ** 2;
  return Math.sqrt(squares);
}
