/** GELU and SwiGLU with their gradients, element by element; the formulas stand in ops/gelu and ops/swiglu. */
import { sigmoid, tanh } from "./functions";
import { loadLanes, storeLanes } from "./simd";

const SLOPE: f32 = 0.7978845608028654;
const CUBIC: f32 = 0.044715;

/** sqrt(2 / pi) (x + 0.044715 x^3) */
@inline
function inner(x: v128, square: v128): v128 {
  const factor = f32x4.add(f32x4.splat(1), f32x4.mul(square, f32x4.splat(CUBIC)));
  return f32x4.mul(f32x4.mul(x, factor), f32x4.splat(SLOPE));
}

export function gelu(x: usize, count: i32, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const v = loadLanes(x + at, lanes);
    const t = tanh(inner(v, f32x4.mul(v, v)));
    storeLanes(y + at, f32x4.mul(f32x4.mul(v, f32x4.splat(0.5)), f32x4.add(t, f32x4.splat(1))), lanes);
  }
}

export function geluGradient(dy: usize, x: usize, count: i32, dx: usize): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const v = loadLanes(x + at, lanes);
    const square = f32x4.mul(v, v);
    const t = tanh(inner(v, square));
    const slope = f32x4.mul(f32x4.splat(SLOPE), f32x4.add(one, f32x4.mul(square, f32x4.splat(3 * CUBIC))));
    const curve = f32x4.mul(f32x4.mul(v, f32x4.sub(one, f32x4.mul(t, t))), slope);
    const derivative = f32x4.mul(f32x4.add(f32x4.add(t, one), curve), f32x4.splat(0.5));
    storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, lanes), derivative), lanes);
  }
}

export function swiglu(gate: usize, up: usize, count: i32, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const g = loadLanes(gate + at, lanes);
    storeLanes(y + at, f32x4.mul(f32x4.mul(g, sigmoid(g)), loadLanes(up + at, lanes)), lanes);
  }
}

export function swigluGradient(dy: usize, gate: usize, up: usize, count: i32, dGate: usize, dUp: usize): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const g = loadLanes(gate + at, lanes), d = loadLanes(dy + at, lanes);
    const s = sigmoid(g);
    const silu = f32x4.mul(g, s);
    const slope = f32x4.add(s, f32x4.mul(silu, f32x4.sub(one, s)));
    storeLanes(dGate + at, f32x4.mul(f32x4.mul(d, loadLanes(up + at, lanes)), slope), lanes);
    storeLanes(dUp + at, f32x4.mul(d, silu), lanes);
  }
}
