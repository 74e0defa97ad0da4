/** Rotary positions, and rows by index; see ops/rotary, ops/selectRows and ops/frozenRows. */
import { expand, F32, rowBytes } from "./precision";
import { loadLanes, storeLanes } from "./simd";

/** x [rows, 2 half], row i at position i mod `length` of the table cos, sin [length, 2 half]; direction 1 or -1. */
export function rotate(
  x: usize, cos: usize, sin: usize, direction: f32, rows: i32, length: i32, half: i32, y: usize,
): void {
  const width = half << 3;
  for (let i = 0; i < rows; i++) {
    const angle = (i % length) * width;
    rotateRow(x, cos + angle, sin + angle, direction, half, y);
    x += width;
    y += width;
  }
}

/** One row of {@link rotate} at its position in the table. */
@inline
export function rotateRow(x: usize, cos: usize, sin: usize, direction: f32, half: i32, y: usize): void {
  const sign = f32x4.splat(direction), middle = half << 2;
  for (let j = 0; j < half; j += 4) {
    const at = j << 2, lanes = half - j;
    const c = loadLanes(cos + at, lanes), s = f32x4.mul(loadLanes(sin + at, lanes), sign);
    const first = loadLanes(x + at, lanes), second = loadLanes(x + middle + at, lanes);
    storeLanes(y + at, f32x4.sub(f32x4.mul(first, c), f32x4.mul(second, s)), lanes);
    storeLanes(y + middle + at, f32x4.add(f32x4.mul(second, c), f32x4.mul(first, s)), lanes);
  }
}

/** out[k] = x[indices[k]], indices int32 [count]; x stored with `precision`. `scratch` holds a row, rounded up to 32 values. */
export function takeRows(
  x: usize, scales: usize, precision: i32, indices: usize, count: i32, width: i32, out: usize, scratch: usize,
): void {
  const bytes = rowBytes(precision, width), scaleBytes = ((width + 31) >> 5) << 2;
  for (let k = 0; k < count; k++) {
    const index = load<i32>(indices + (k << 2));
    let row = x + index * bytes;
    if (precision != F32) {
      expand(precision, row, scales + index * scaleBytes, 0, width, scratch);
      row = scratch;
    }
    memory.copy(out, row, width << 2);
    out += width << 2;
  }
}

/** out [rows, width] = 0, then out[indices[k]] += dy[k]. */
export function addRows(dy: usize, indices: usize, count: i32, width: i32, rows: i32, out: usize): void {
  const bytes = width << 2;
  memory.fill(out, 0, rows * bytes);
  for (let k = 0; k < count; k++) {
    const to = out + load<i32>(indices + (k << 2)) * bytes;
    for (let j = 0; j < width; j += 4) {
      const at = j << 2, lanes = width - j;
      storeLanes(to + at, f32x4.add(loadLanes(to + at, lanes), loadLanes(dy + at, lanes)), lanes);
    }
    dy += bytes;
  }
}

/** [rows, columns] -> [columns, rows] */
export function transpose(x: usize, rows: i32, columns: i32, out: usize): void {
  for (let i = 0; i < rows; i += 16) {
    const end = min(i + 16, rows);
    for (let j = 0; j < columns; j++) {
      for (let l = i; l < end; l++) store<f32>(out + ((j * rows + l) << 2), load<f32>(x + ((l * columns + j) << 2)));
    }
  }
}
