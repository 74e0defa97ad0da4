/** GELU, its exact form and SwiGLU with their gradients, element by element; the formulas stand in ops/gelu, exactGelu and swiglu. */
import { exp, sigmoid, tanh } from "./functions";
import { loadLanes, multiplyAdd, storeLanes } from "./simd";

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

/** e^(-x^2 / 2) */
@inline
function bell(x: v128): v128 {
  return exp(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** P(x) from the tail beyond |x|, which is half of erfc(|x| / sqrt(2)). */
@inline
function share(x: v128, height: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(x), f32x4.splat(0.3275911 * 0.7071067811865476))));
  let terms = f32x4.splat(1.061405429);
  terms = multiplyAdd(terms, t, f32x4.splat(-1.453152027));
  terms = multiplyAdd(terms, t, f32x4.splat(1.421413741));
  terms = multiplyAdd(terms, t, f32x4.splat(-0.284496736));
  terms = multiplyAdd(terms, t, f32x4.splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(terms, t), height), f32x4.splat(0.5));
  return v128.bitselect(f32x4.sub(one, tail), tail, f32x4.ge(x, f32x4.splat(0)));
}

export function exactGelu(x: usize, count: i32, y: usize): void {
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const v = loadLanes(x + at, lanes);
    storeLanes(y + at, f32x4.mul(v, share(v, bell(v))), lanes);
  }
}

export function exactGeluGradient(dy: usize, x: usize, count: i32, dx: usize): void {
  for (let i = 0; i < count; i += 4) {
    const at = i << 2, lanes = count - i;
    const v = loadLanes(x + at, lanes);
    const height = bell(v);
    const derivative = f32x4.add(share(v, height), f32x4.mul(f32x4.mul(v, height), f32x4.splat(0.3989422804014327)));
    storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, lanes), derivative), lanes);
  }
}

/** y [rows, width] of joint [rows, 2 width], each row's gates and then its ups. */
export function swiglu(joint: usize, rows: i32, width: i32, y: usize): void {
  const size = width << 2;
  for (let row = 0; row < rows; row++) {
    const up = joint + size;
    for (let i = 0; i < width; i += 4) {
      const at = i << 2, lanes = width - i;
      const g = loadLanes(joint + at, lanes);
      storeLanes(y + at, f32x4.mul(f32x4.mul(g, sigmoid(g)), loadLanes(up + at, lanes)), lanes);
    }
    joint += size << 1;
    y += size;
  }
}

/** dJoint like joint. */
export function swigluGradient(dy: usize, joint: usize, rows: i32, width: i32, dJoint: usize): void {
  const one = f32x4.splat(1), size = width << 2;
  for (let row = 0; row < rows; row++) {
    const up = joint + size, dUp = dJoint + size;
    for (let i = 0; i < width; i += 4) {
      const at = i << 2, lanes = width - i;
      const g = loadLanes(joint + at, lanes), d = loadLanes(dy + at, lanes);
      const s = sigmoid(g);
      const silu = f32x4.mul(g, s);
      const slope = f32x4.add(s, f32x4.mul(silu, f32x4.sub(one, s)));
      storeLanes(dJoint + at, f32x4.mul(f32x4.mul(d, loadLanes(up + at, lanes)), slope), lanes);
      storeLanes(dUp + at, f32x4.mul(d, silu), lanes);
    }
    dy += size;
    joint += size << 1;
    dJoint += size << 1;
  }
}
