/**
 * The inner loop of all products: a tile of up to ROWS x 8 sums in registers. A is read by rows as it lies in memory; B comes packed
 * as [K][8].
 */
import { multiplyAdd } from "./simd";

/** Rows of a tile. Six fill the 15 registers that V8 has; without a fused multiply-add one of them is needed for the product. */
export const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Columns of a tile. */
export const COLUMNS: i32 = 8;
/** Bytes of the sums of a tile. */
export const TILE_BYTES: i32 = 6 * COLUMNS * 4;

/**
 * sums [ROWS][8] = X B, or += where `more`. X [rows, k] has `stride` bytes per row. Nothing else is alive in the loop: with the
 * caller's variables V8 would run out of registers.
 */
export function tile(sums: usize, x: usize, stride: i32, rows: i32, b: usize, k: i32, more: bool): void {
  // Rows that are not there read the last one that is.
  let a0 = x;
  let a1 = rows > 1 ? a0 + stride : a0;
  let a2 = rows > 2 ? a1 + stride : a1;
  let a3 = rows > 3 ? a2 + stride : a2;
  let a4 = rows > 4 ? a3 + stride : a3;
  let a5 = ROWS > 5 && rows > 5 ? a4 + stride : a4;
  let y00 = f32x4.splat(0), y01 = y00, y10 = y00, y11 = y00, y20 = y00, y21 = y00;
  let y30 = y00, y31 = y00, y40 = y00, y41 = y00, y50 = y00, y51 = y00;
  if (more) {
    y00 = v128.load(sums); y01 = v128.load(sums, 16);
    y10 = v128.load(sums, 32); y11 = v128.load(sums, 48);
    y20 = v128.load(sums, 64); y21 = v128.load(sums, 80);
    y30 = v128.load(sums, 96); y31 = v128.load(sums, 112);
    y40 = v128.load(sums, 128); y41 = v128.load(sums, 144);
    if (ROWS > 5) { y50 = v128.load(sums, 160); y51 = v128.load(sums, 176); }
  }
  for (let i = 0; i < k; i++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let a = v128.load32_splat(a0);
    y00 = multiplyAdd(a, b0, y00); y01 = multiplyAdd(a, b1, y01);
    a = v128.load32_splat(a1);
    y10 = multiplyAdd(a, b0, y10); y11 = multiplyAdd(a, b1, y11);
    a = v128.load32_splat(a2);
    y20 = multiplyAdd(a, b0, y20); y21 = multiplyAdd(a, b1, y21);
    a = v128.load32_splat(a3);
    y30 = multiplyAdd(a, b0, y30); y31 = multiplyAdd(a, b1, y31);
    a = v128.load32_splat(a4);
    y40 = multiplyAdd(a, b0, y40); y41 = multiplyAdd(a, b1, y41);
    if (ROWS > 5) {
      a = v128.load32_splat(a5);
      y50 = multiplyAdd(a, b0, y50); y51 = multiplyAdd(a, b1, y51);
      a5 += 4;
    }
    a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4;
    b += 32;
  }
  v128.store(sums, y00); v128.store(sums, y01, 16);
  v128.store(sums, y10, 32); v128.store(sums, y11, 48);
  v128.store(sums, y20, 64); v128.store(sums, y21, 80);
  v128.store(sums, y30, 96); v128.store(sums, y31, 112);
  v128.store(sums, y40, 128); v128.store(sums, y41, 144);
  if (ROWS > 5) { v128.store(sums, y50, 160); v128.store(sums, y51, 176); }
}

/** C = alpha sums + bias, added to C where `more`, for the first rows and columns of a tile; bias 0 for none. */
export function storeTile(
  c: usize, stride: i32, rows: i32, columns: i32, sums: usize, bias: usize, alpha: f32, more: bool,
): void {
  const factor = f32x4.splat(alpha);
  for (let i = 0; i < rows; i++) {
    if (columns == COLUMNS) {
      let low = f32x4.mul(v128.load(sums), factor), high = f32x4.mul(v128.load(sums, 16), factor);
      if (bias) {
        low = f32x4.add(low, v128.load(bias));
        high = f32x4.add(high, v128.load(bias, 16));
      }
      if (more) {
        low = f32x4.add(low, v128.load(c));
        high = f32x4.add(high, v128.load(c, 16));
      }
      v128.store(c, low);
      v128.store(c, high, 16);
    } else {
      for (let j = 0; j < columns; j++) {
        const at: usize = j << 2;
        let value = alpha * load<f32>(sums + at);
        if (bias) value += load<f32>(bias + at);
        if (more) value += load<f32>(c + at);
        store<f32>(c + at, value);
      }
    }
    c += stride;
    sums += COLUMNS * 4;
  }
}
