/** One AdamW update, see optim/adamW, and sums of squares. */
import { loadLanes, multiplyAdd, storeLanes, sumOf } from "./simd";

/** value, m and v become the next ones; `factor` points to what the gradient is multiplied by. */
export function adamW(
  value: usize, m: usize, v: usize, gradient: usize, count: i32, factor: usize,
  beta1: f32, beta2: f32, epsilon: f32, keep: f32, rate: f32, spread: f32,
): void {
  const scale = v128.load32_splat(factor);
  const kept1 = f32x4.splat(beta1), new1 = f32x4.splat(<f32>1 - beta1);
  const kept2 = f32x4.splat(beta2), new2 = f32x4.splat(<f32>1 - beta2);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const g = f32x4.mul(loadLanes(gradient + at, lanes), scale);
    const first = f32x4.add(f32x4.mul(loadLanes(m + at, lanes), kept1), f32x4.mul(g, new1));
    const second = f32x4.add(f32x4.mul(loadLanes(v + at, lanes), kept2), f32x4.mul(f32x4.mul(g, g), new2));
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(second), f32x4.splat(spread)), f32x4.splat(epsilon));
    const move = f32x4.mul(f32x4.div(first, root), f32x4.splat(rate));
    storeLanes(m + at, first, lanes);
    storeLanes(v + at, second, lanes);
    storeLanes(value + at, f32x4.sub(f32x4.mul(loadLanes(value + at, lanes), f32x4.splat(keep)), move), lanes);
  }
}

/** sum x^2 */
export function sumOfSquares(x: usize, count: i32): f32 {
  let a = f32x4.splat(0), b = a;
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const low = v128.load(x), high = v128.load(x, 16);
    a = multiplyAdd(low, low, a);
    b = multiplyAdd(high, high, b);
    x += 32;
  }
  for (; i < count; i += 4) {
    const rest = loadLanes(x, count - i);
    a = multiplyAdd(rest, rest, a);
    x += 16;
  }
  return sumOf(f32x4.add(a, b));
}
