/** Cross-entropy of integer targets, and the parts of attention that are softmax. */
import { exp, ln } from "./functions";
import { largestOf, loadLanes, storeLanes, sumOf } from "./simd";

/** The largest of a row of values. */
@inline
export function largestIn(x: usize, width: i32): f32 {
  let found = v128.load32_splat(x);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) found = f32x4.pmax(found, v128.load(x + (j << 2)));
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

/**
 * Classes [from, from + classes) of a cross-entropy over more: logits [rows, classes], targets int32 [rows] among all of them. losses and
 * logTotals [rows] become those of these classes, and of the ones before where `more`, in which case they hold what was found of those.
 */
export function crossEntropy(
  logits: usize, targets: usize, rows: i32, classes: i32, from: i32, more: bool, losses: usize, logTotals: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const largest = largestIn(logits, classes);
    let logTotal = largest + ln(exponentials(logits, classes, largest, 0)), loss = logTotal;
    if (more) {
      const before = load<f32>(logTotals);
      logTotal = logSum(before, logTotal);
      loss = load<f32>(losses) + (logTotal - before);
    }
    const target = load<i32>(targets), column = target - from;
    if (column >= 0 && column < classes) loss -= load<f32>(logits + (column << 2));
    store<f32>(losses, target < 0 ? 0 : loss);
    store<f32>(logTotals, logTotal);
    logits += classes << 2;
    targets += 4;
    losses += 4;
    logTotals += 4;
  }
}

/** log(e^a + e^b) */
@inline
function logSum(a: f32, b: f32): f32 {
  const distance = f32x4.extract_lane(exp(f32x4.splat(min(a, b) - max(a, b))), 0);
  return max(a, b) + ln(1 + distance);
}

/** dLogits = dy (softmax - onehot) of the same classes; logTotals are those of all. */
export function crossEntropyGradient(
  dy: usize, logits: usize, targets: usize, logTotals: usize, rows: i32, classes: i32, from: i32, dLogits: usize,
): void {
  for (let i = 0; i < rows; i++) {
    const target = load<i32>(targets + (i << 2)), column = target - from;
    if (target < 0) memory.fill(dLogits, 0, classes << 2);
    else {
      const d = load<f32>(dy + (i << 2));
      const offset = f32x4.splat(load<f32>(logTotals + (i << 2)));
      for (let j = 0; j < classes; j += 4) {
        const at = j << 2, lanes = classes - j;
        storeLanes(dLogits + at, f32x4.mul(exp(f32x4.sub(loadLanes(logits + at, lanes), offset)), f32x4.splat(d)), lanes);
      }
      if (column >= 0 && column < classes) {
        const chosen = dLogits + (column << 2);
        store<f32>(chosen, load<f32>(chosen) - d);
      }
    }
    logits += classes << 2;
    dLogits += classes << 2;
  }
}
