/** Copies a part of a matrix into panels [K][8], as tile.ts reads them. Columns that are not there become 0. */
import { COLUMNS } from "./tile";
import { expand, F32, rowBytes } from "./precision";

/** Bytes of one row of a panel. */
const PANEL_ROW: i32 = 32;

/**
 * Columns [from, from + count) of W^T, W [out, in = k] stored with `precision`: rows of W become columns of panels. Panels lie
 * `panelBytes` apart. `scratch` holds 8 rows of k values, rounded up to 32.
 */
export function packTurned(
  w: usize, scales: usize, precision: i32, k: i32, from: i32, count: i32,
  out: usize, panelBytes: i32, scratch: usize,
): void {
  const bytes = rowBytes(precision, k), scaleBytes = ((k + 31) >> 5) << 2;
  const rowLength = precision == F32 ? k << 2 : ((k + 31) & ~31) << 2;
  for (let start = 0; start < count; start += COLUMNS) {
    const columns = min(COLUMNS, count - start);
    const first = from + start;
    let rows = w + first * bytes;
    if (precision != F32) {
      for (let j = 0; j < columns; j++) {
        expand(precision, w + (first + j) * bytes, scales + (first + j) * scaleBytes, 0, k, scratch + j * rowLength);
      }
      rows = scratch;
    }
    turn(rows, rowLength, columns, k, out);
    out += panelBytes;
  }
}

/** [columns, k] -> [k][8] */
function turn(rows: usize, stride: i32, columns: i32, k: i32, out: usize): void {
  let i = 0;
  if (columns == COLUMNS) {
    const r4 = rows + 4 * stride;
    for (; i + 4 <= k; i += 4) {
      turnFour(rows + (i << 2), stride, out);
      turnFour(r4 + (i << 2), stride, out + 16);
      out += 4 * PANEL_ROW;
    }
  }
  for (; i < k; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      store<f32>(out + (j << 2), j < columns ? load<f32>(rows + j * stride + (i << 2)) : 0);
    }
    out += PANEL_ROW;
  }
}

/** A 4 x 4 block, turned. */
@inline
function turnFour(rows: usize, stride: i32, out: usize): void {
  const r0 = v128.load(rows), r1 = v128.load(rows + stride);
  const r2 = v128.load(rows + 2 * stride), r3 = v128.load(rows + 3 * stride);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const c = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(a, c, 0, 1, 4, 5));
  v128.store(out, v128.shuffle<f32>(a, c, 2, 3, 6, 7), 32);
  v128.store(out, v128.shuffle<f32>(b, d, 0, 1, 4, 5), 64);
  v128.store(out, v128.shuffle<f32>(b, d, 2, 3, 6, 7), 96);
}

/**
 * Columns [from, from + count) of W [out = k, in = width] as it lies; `from` is a multiple of 32 unless stored as float32.
 * `scratch` holds `count` values, rounded up to 32.
 */
export function packStraight(
  w: usize, scales: usize, precision: i32, k: i32, width: i32, from: i32, count: i32,
  out: usize, panelBytes: i32, scratch: usize,
): void {
  const bytes = rowBytes(precision, width), scaleBytes = ((width + 31) >> 5) << 2;
  for (let i = 0; i < k; i++) {
    let row = w + i * bytes;
    if (precision == F32) row += from << 2;
    else {
      expand(precision, row, scales + i * scaleBytes, from, count, scratch);
      row = scratch;
    }
    let to = out + i * PANEL_ROW;
    let j = 0;
    for (; j + COLUMNS <= count; j += COLUMNS) {
      v128.store(to, v128.load(row));
      v128.store(to, v128.load(row, 16), 16);
      row += PANEL_ROW;
      to += panelBytes;
    }
    if (j < count) {
      for (let l = 0; l < COLUMNS; l++) store<f32>(to + (l << 2), j + l < count ? load<f32>(row + (l << 2)) : 0);
    }
  }
}
