/** Products of a float32 matrix and a frozen weight, with a second term in float32 added in the same pass (a LoRA update). */
import { packStraight, packTurned } from "./pack";
import { expand, F32, rowBytes } from "./precision";
import { multiplyAdd, sumOf } from "./simd";
import { COLUMNS, ROWS, storeTile, TILE_BYTES, tile } from "./tile";

/** Bytes of B that are packed at a time: half of a small second-level cache. */
const BLOCK_BYTES: i32 = 1 << 18;

/** Up to so many rows, as when text is generated, packing W would cost more than the product: W^T is read row by row instead. */
const FEW_ROWS: i32 = 4;

/** Bytes of scratch memory that {@link product} needs at most. */
export function productScratchBytes(k0: i32, k1: i32, n: i32): i32 {
  return blockColumns(k0 + k1, n) * (k0 + k1) * 4 + expansionBytes(k0, n);
}

function blockColumns(k: i32, n: i32): i32 {
  const columns = max(32, ((BLOCK_BYTES / (k << 2))) & ~31);
  return min(columns, (n + COLUMNS - 1) & ~(COLUMNS - 1));
}

function expansionBytes(k: i32, n: i32): i32 {
  return max(TILE_BYTES, max(COLUMNS * ((k + 31) & ~31), (n + 31) & ~31) << 2);
}

/**
 * C [m, n] = alpha (X0 op(W0) + X1 op(W1)) + bias, added to C where `more`; op(W) = W^T of W [n, k] where `turned`, else W [k, n].
 * X [m, k] and W1 are float32; k1 = 0 leaves the second term out, bias = 0 the bias.
 */
export function product(
  c: usize, m: i32, n: i32, turned: bool,
  x0: usize, k0: i32, w0: usize, scales: usize, precision: i32,
  x1: usize, k1: i32, w1: usize,
  bias: usize, alpha: f32, more: bool, scratch: usize,
): void {
  productPart(c, n, m, n, 0, m, 0, n, turned, x0, k0, k0, w0, scales, precision, x1, k1, w1, bias, alpha, more, scratch);
}

/**
 * The values of {@link product} in rows [top, bottom) and columns [left, right) of C, the same whatever part they are in. `left` is a
 * multiple of 32; up to FEW_ROWS rows are not parted. Rows of C and X0 lie `cWidth` and `xWidth` values apart.
 */
export function productPart(
  c: usize, cWidth: i32, m: i32, n: i32, top: i32, bottom: i32, left: i32, right: i32, turned: bool,
  x0: usize, xWidth: i32, k0: i32, w0: usize, scales: usize, precision: i32,
  x1: usize, k1: i32, w1: usize,
  bias: usize, alpha: f32, more: bool, scratch: usize,
): void {
  if (turned && m <= FEW_ROWS) {
    fewRows(c, cWidth, m, left, right, x0, xWidth, k0, w0, scales, precision, x1, k1, w1, bias, alpha, more, scratch);
    return;
  }
  const k = k0 + k1;
  const block = blockColumns(k, n);
  const panelBytes = k * COLUMNS * 4;
  const panels = scratch + expansionBytes(k0, n);
  for (let from = left; from < right; from += block) {
    const count = min(block, right - from);
    const second = panels + k0 * COLUMNS * 4;
    if (turned) {
      packTurned(w0, scales, precision, k0, from, count, panels, panelBytes, scratch);
      if (k1) packTurned(w1, 0, F32, k1, from, count, second, panelBytes, scratch);
    } else {
      packStraight(w0, scales, precision, k0, n, from, count, panels, panelBytes, scratch);
      if (k1) packStraight(w1, 0, F32, k1, n, from, count, second, panelBytes, scratch);
    }
    for (let i = top; i < bottom; i += ROWS) {
      const rows = min(ROWS, bottom - i);
      for (let j = 0; j < count; j += COLUMNS) {
        const panel = panels + (j / COLUMNS) * panelBytes;
        tile(scratch, x0 + ((i * xWidth) << 2), xWidth << 2, rows, panel, k0, false);
        if (k1) tile(scratch, x1 + ((i * k1) << 2), k1 << 2, rows, panel + k0 * COLUMNS * 4, k1, true);
        const at = c + ((i * cWidth + from + j) << 2);
        storeTile(at, cWidth << 2, rows, min(COLUMNS, count - j), scratch, bias ? bias + ((from + j) << 2) : 0, alpha, more);
      }
    }
  }
}

/** Columns [left, right) of {@link product} with W turned, as a scalar product for every value. */
function fewRows(
  c: usize, cWidth: i32, m: i32, left: i32, right: i32,
  x0: usize, xWidth: i32, k0: i32, w0: usize, scales: usize, precision: i32,
  x1: usize, k1: i32, w1: usize,
  bias: usize, alpha: f32, more: bool, scratch: usize,
): void {
  const bytes = rowBytes(precision, k0), scaleBytes = ((k0 + 31) >> 5) << 2;
  for (let j = left; j < right; j++) {
    let row = w0 + j * bytes;
    if (precision != F32) {
      expand(precision, row, scales + j * scaleBytes, 0, k0, scratch);
      row = scratch;
    }
    for (let i = 0; i < m; i++) {
      let value = dot(x0 + ((i * xWidth) << 2), row, k0);
      if (k1) value += dot(x1 + ((i * k1) << 2), w1 + ((j * k1) << 2), k1);
      value *= alpha;
      if (bias) value += load<f32>(bias + (j << 2));
      const at = c + ((i * cWidth + j) << 2);
      store<f32>(at, more ? value + load<f32>(at) : value);
    }
  }
}

/** sum x y, in sixteen parts. */
export function dot(x: usize, y: usize, length: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    a = multiplyAdd(v128.load(x), v128.load(y), a);
    b = multiplyAdd(v128.load(x, 16), v128.load(y, 16), b);
    c = multiplyAdd(v128.load(x, 32), v128.load(y, 32), c);
    d = multiplyAdd(v128.load(x, 48), v128.load(y, 48), d);
    x += 64;
    y += 64;
  }
  let sum = sumOf(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  for (; i < length; i++) {
    sum += load<f32>(x) * load<f32>(y);
    x += 4;
    y += 4;
  }
  return sum;
}
