/** Gradients of a LoRA factor: sums over all tokens of what is R wide times what is many columns wide. */
import { multiplyAdd } from "./simd";

/** Tokens at a time: their part of the wide side stays in the first-level cache. */
const BLOCK: i32 = 32;
/** Sums of a tile: 4 x 8. */
const ROWS: i32 = 4;
const COLUMNS: i32 = 8;

/** Bytes that {@link factorGradient} needs beside its arguments. */
export function factorGradientScratchBytes(rank: i32, n: i32): i32 {
  return (rank * n) << 2;
}

/**
 * Columns [left, right) of C = X^T Y, X [m, rank], Y [m, n] with rows `yWidth` values apart. C is [rank, n], or [n, rank] where `turned`.
 */
export function factorGradient(
  c: usize, m: i32, rank: i32, n: i32, left: i32, right: i32, turned: bool, x: usize, y: usize, yWidth: i32, scratch: usize,
): void {
  const count = right - left, whole = count & ~(COLUMNS - 1);
  memory.fill(scratch, 0, (rank * count) << 2);
  y += left << 2;
  for (let from = 0; from < m; from += BLOCK) {
    const rows = min(BLOCK, m - from);
    const xs = x + ((from * rank) << 2), ys = y + ((from * yWidth) << 2);
    for (let j = 0; j < whole; j += COLUMNS) {
      for (let r = 0; r < rank; r += ROWS) {
        sumTile(scratch + ((r * count + j) << 2), count << 2, min(ROWS, rank - r), xs + (r << 2), rank << 2, ys + (j << 2), yWidth << 2, rows);
      }
    }
    for (let j = whole; j < count; j++) {
      for (let r = 0; r < rank; r++) {
        const at = scratch + ((r * count + j) << 2);
        let sum = load<f32>(at);
        for (let i = 0; i < rows; i++) sum += load<f32>(xs + ((i * rank + r) << 2)) * load<f32>(ys + ((i * yWidth + j) << 2));
        store<f32>(at, sum);
      }
    }
  }
  if (turned) {
    for (let j = 0; j < count; j++) {
      const to = c + (((left + j) * rank) << 2);
      for (let r = 0; r < rank; r++) store<f32>(to + (r << 2), load<f32>(scratch + ((r * count + j) << 2)));
    }
  } else {
    for (let r = 0; r < rank; r++) memory.copy(c + ((r * n + left) << 2), scratch + ((r * count) << 2), count << 2);
  }
}

/** C [rows, 8] += X^T Y over `count` tokens. Nothing else is alive in the loop, as in tile.ts. */
function sumTile(
  c: usize, cStride: i32, rows: i32, x: usize, xStride: i32, y: usize, yStride: i32, count: i32,
): void {
  // Rows that are not there are computed as the last one that is, and not written.
  const o1: usize = rows > 1 ? 4 : 0, o2: usize = rows > 2 ? 8 : o1, o3: usize = rows > 3 ? 12 : o2;
  const c1 = rows > 1 ? c + cStride : c, c2 = rows > 2 ? c1 + cStride : c1, c3 = rows > 3 ? c2 + cStride : c2;
  let y00 = v128.load(c), y01 = v128.load(c, 16), y10 = v128.load(c1), y11 = v128.load(c1, 16);
  let y20 = v128.load(c2), y21 = v128.load(c2, 16), y30 = v128.load(c3), y31 = v128.load(c3, 16);
  let x1 = x + o1, x2 = x + o2, x3 = x + o3;
  for (let i = 0; i < count; i++) {
    const b0 = v128.load(y), b1 = v128.load(y, 16);
    let a = v128.load32_splat(x);
    y00 = multiplyAdd(a, b0, y00); y01 = multiplyAdd(a, b1, y01);
    a = v128.load32_splat(x1);
    y10 = multiplyAdd(a, b0, y10); y11 = multiplyAdd(a, b1, y11);
    a = v128.load32_splat(x2);
    y20 = multiplyAdd(a, b0, y20); y21 = multiplyAdd(a, b1, y21);
    a = v128.load32_splat(x3);
    y30 = multiplyAdd(a, b0, y30); y31 = multiplyAdd(a, b1, y31);
    x += xStride; x1 += xStride; x2 += xStride; x3 += xStride;
    y += yStride;
  }
  v128.store(c, y00); v128.store(c, y01, 16);
  if (rows > 1) { v128.store(c1, y10); v128.store(c1, y11, 16); }
  if (rows > 2) { v128.store(c2, y20); v128.store(c2, y21, 16); }
  if (rows > 3) { v128.store(c3, y30); v128.store(c3, y31, 16); }
}
