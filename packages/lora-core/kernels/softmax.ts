/** Cross-entropy of integer targets, and the parts of attention that are softmax. */
import { exp, ln } from "./functions";
import { largestOf, loadLanes, storeLanes, sumOf } from "./simd";

/** The largest of a row of values. */
@inline
export function largestIn(x: usize, width: i32): f32 {
  let found = v128.load32_splat(x);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) found = f32x4.max(found, v128.load(x + (j << 2)));
  let largest = largestOf(found);
  for (let j = whole; j < width; j++) largest = max(largest, load<f32>(x + (j << 2)));
  return largest;
}

/** sum exp(x - shift); the exponentials are written to `out`, 0 for nowhere. */
@inline
export function exponentials(x: usize, width: i32, shift: f32, out: usize): f32 {
  const offset = f32x4.splat(shift);
  let sum = f32x4.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const e = exp(f32x4.sub(v128.load(x + (j << 2)), offset));
    sum = f32x4.add(sum, e);
    if (out) v128.store(out + (j << 2), e);
  }
  let total = sumOf(sum);
  for (let j = whole; j < width; j++) {
    const e = f32x4.extract_lane(exp(f32x4.splat(load<f32>(x + (j << 2)) - shift)), 0);
    total += e;
    if (out) store<f32>(out + (j << 2), e);
  }
  return total;
}

/** logits [rows, classes], targets int32 [rows]; losses and logTotals [rows]. */
export function crossEntropy(logits: usize, targets: usize, rows: i32, classes: i32, losses: usize, logTotals: usize): void {
  for (let i = 0; i < rows; i++) {
    const largest = largestIn(logits, classes);
    const logTotal = largest + ln(exponentials(logits, classes, largest, 0));
    const target = load<i32>(targets + (i << 2));
    store<f32>(losses + (i << 2), target < 0 ? 0 : logTotal - load<f32>(logits + (target << 2)));
    store<f32>(logTotals + (i << 2), logTotal);
    logits += classes << 2;
  }
}

/** dLogits = dy (softmax - onehot) */
export function crossEntropyGradient(
  dy: usize, logits: usize, targets: usize, logTotals: usize, rows: i32, classes: i32, dLogits: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const target = load<i32>(targets + (i << 2));
    if (target < 0) memory.fill(dLogits, 0, classes << 2);
    else {
      const d = load<f32>(dy + (i << 2));
      const offset = f32x4.splat(load<f32>(logTotals + (i << 2)));
      for (let j = 0; j < classes; j += 4) {
        const at = j << 2, lanes = classes - j;
        storeLanes(dLogits + at, f32x4.mul(exp(f32x4.sub(loadLanes(logits + at, lanes), offset)), f32x4.splat(d)), lanes);
      }
      const chosen = dLogits + (target << 2);
      store<f32>(chosen, load<f32>(chosen) - d);
    }
    logits += classes << 2;
    dLogits += classes << 2;
  }
}
