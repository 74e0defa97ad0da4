/** RMSNorm and LayerNorm with the gradients of their inputs, row by row; the formulas stand in ops/rmsNorm and ops/layerNorm. */
import { loadLanes, multiplyAdd, storeLanes, sumOf } from "./simd";

/** sum (x - mean)^2 over a row. */
@inline
function squares(x: usize, width: i32, mean: f32): f32 {
  const centre = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const v = f32x4.sub(v128.load(x + (j << 2)), centre);
    sum = multiplyAdd(v, v, sum);
  }
  let total = sumOf(sum);
  for (let j = whole; j < width; j++) {
    const v = load<f32>(x + (j << 2)) - mean;
    total += v * v;
  }
  return total;
}

/** The mean of a row. */
@inline
function meanOf(x: usize, width: i32): f32 {
  let sum = f32x4.splat(0);
  for (let j = 0; j < width; j += 4) sum = f32x4.add(sum, loadLanes(x + (j << 2), width - j));
  return sumOf(sum) / <f32>width;
}

export function rmsNorm(x: usize, weight: usize, rows: i32, width: i32, eps: f32, y: usize): void {
  for (let i = 0; i < rows; i++) {
    const inverse = f32x4.splat(<f32>1 / sqrt<f32>(squares(x, width, 0) / <f32>width + eps));
    scaleRow(x, 0, inverse, weight, 0, width, y);
    x += width << 2;
    y += width << 2;
  }
}

export function layerNorm(x: usize, weight: usize, bias: usize, rows: i32, width: i32, eps: f32, y: usize): void {
  for (let i = 0; i < rows; i++) {
    const mean = meanOf(x, width);
    const inverse = f32x4.splat(<f32>1 / sqrt<f32>(squares(x, width, mean) / <f32>width + eps));
    scaleRow(x, mean, inverse, weight, bias, width, y);
    x += width << 2;
    y += width << 2;
  }
}

/** y = (x - mean) inverse weight + bias; bias 0 for none. */
@inline
function scaleRow(x: usize, mean: f32, inverse: v128, weight: usize, bias: usize, width: i32, y: usize): void {
  const centre = f32x4.splat(mean);
  for (let j = 0; j < width; j += 4) {
    const at = j << 2, lanes = width - j;
    let v = f32x4.mul(f32x4.sub(loadLanes(x + at, lanes), centre), inverse);
    v = f32x4.mul(v, loadLanes(weight + at, lanes));
    if (bias) v = f32x4.add(v, loadLanes(bias + at, lanes));
    storeLanes(y + at, v, lanes);
  }
}

export function rmsNormGradient(dy: usize, x: usize, weight: usize, rows: i32, width: i32, eps: f32, dx: usize): void {
  for (let i = 0; i < rows; i++) {
    const inverse = <f32>1 / sqrt<f32>(squares(x, width, 0) / <f32>width + eps);
    gradientRow(dy, x, weight, width, 0, inverse, false, dx);
    dy += width << 2;
    x += width << 2;
    dx += width << 2;
  }
}

export function layerNormGradient(dy: usize, x: usize, weight: usize, rows: i32, width: i32, eps: f32, dx: usize): void {
  for (let i = 0; i < rows; i++) {
    const mean = meanOf(x, width);
    const inverse = <f32>1 / sqrt<f32>(squares(x, width, mean) / <f32>width + eps);
    gradientRow(dy, x, weight, width, mean, inverse, true, dx);
    dy += width << 2;
    x += width << 2;
    dx += width << 2;
  }
}

/** dx = r (g - mean(g) - n mean(g n)), g = w dy, n = (x - mean) r; without mean(g) where the norm is not centred. */
@inline
function gradientRow(
  dy: usize, x: usize, weight: usize, width: i32, mean: f32, inverse: f32, centred: bool, dx: usize,
): void {
  const centre = f32x4.splat(mean), r = f32x4.splat(inverse);
  let level = f32x4.splat(0), along = f32x4.splat(0);
  for (let j = 0; j < width; j += 4) {
    const at = j << 2, lanes = width - j;
    const g = f32x4.mul(loadLanes(dy + at, lanes), loadLanes(weight + at, lanes));
    level = f32x4.add(level, g);
    // Lanes past the row hold g = 0, so that what they hold of x does not count.
    along = multiplyAdd(g, f32x4.mul(f32x4.sub(loadLanes(x + at, lanes), centre), r), along);
  }
  const levelMean = f32x4.splat(centred ? sumOf(level) / <f32>width : 0);
  const alongMean = f32x4.splat(sumOf(along) / <f32>width);
  for (let j = 0; j < width; j += 4) {
    const at = j << 2, lanes = width - j;
    const g = f32x4.mul(loadLanes(dy + at, lanes), loadLanes(weight + at, lanes));
    const n = f32x4.mul(f32x4.sub(loadLanes(x + at, lanes), centre), r);
    const v = f32x4.sub(f32x4.sub(g, levelMean), f32x4.mul(n, alongMean));
    storeLanes(dx + at, f32x4.mul(v, r), lanes);
  }
}
