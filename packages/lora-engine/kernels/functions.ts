/** Elementary functions of four values at once, to about 2^-22 of the result, without tables. */
import { multiplyAdd } from "./simd";

/** 1.5 2^23: added to a number of fewer than 22 bits it leaves the nearest integer in the lowest bits. */
const TO_INTEGER: f32 = 12582912;

/** e^x as 2^n e^r with |r| <= ln 2 / 2, e^r by its Taylor series; 0 below the range of float32, its largest power of two above. */
@inline
export function exp(x: v128): v128 {
  // Bounds, the nearest integer and its power of two by single instructions, which min, max, nearest and the conversion are not on x86.
  const inside = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88)), f32x4.splat(-87.3));
  const shifted = multiplyAdd(inside, f32x4.splat(1.4426950408889634), f32x4.splat(TO_INTEGER));
  const n = f32x4.sub(shifted, f32x4.splat(TO_INTEGER));
  // ln 2 in two parts, so that n ln 2 is exact enough.
  let r = f32x4.sub(inside, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.0 / 5040);
  y = multiplyAdd(y, r, f32x4.splat(1.0 / 720));
  y = multiplyAdd(y, r, f32x4.splat(1.0 / 120));
  y = multiplyAdd(y, r, f32x4.splat(1.0 / 24));
  y = multiplyAdd(y, r, f32x4.splat(1.0 / 6));
  y = multiplyAdd(y, r, f32x4.splat(0.5));
  y = multiplyAdd(y, r, f32x4.splat(1));
  y = multiplyAdd(y, r, f32x4.splat(1));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  return v128.and(f32x4.mul(y, power), f32x4.gt(x, f32x4.splat(-87.3)));
}

/** ln x of a positive number, by 2 artanh((m - 1) / (m + 1)) of its fraction m between 1 / sqrt(2) and sqrt(2). */
export function ln(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  let exponent = (bits >> 23) - 127;
  let m = reinterpret<f32>((bits & 0x7fffff) | 0x3f800000);
  if (m > 1.41421356) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1), s2 = s * s;
  const series = <f32>2 * s * (<f32>1 + s2 * (<f32>(1.0 / 3) + s2 * (<f32>0.2 + s2 * (<f32>(1.0 / 7) + s2 * <f32>(1.0 / 9)))));
  return <f32>exponent * <f32>0.6931471805599453 + series;
}

/** 1 / (1 + e^-x) */
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

/** 1 - 2 / (e^2x + 1) */
@inline
export function tanh(x: v128): v128 {
  const grown = f32x4.add(exp(f32x4.add(x, x)), f32x4.splat(1));
  return f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), grown));
}
