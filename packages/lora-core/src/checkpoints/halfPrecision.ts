/** 16-bit floats in checkpoints: IEEE binary16 ("F16") and bfloat16 ("BF16"), widened exactly to binary32. */
import type { Halves } from "../tensors/namedTensors.ts";

/** All values of a 16-bit array as float32, in a new array. */
export function widenHalves(halves: Uint16Array, format: Halves["format"]): Float32Array {
  const bits = new Uint32Array(halves.length);
  const convert = format === "BF16" ? (half: number) => half << 16 : float16Bits;
  for (let i = 0; i < halves.length; i++) bits[i] = convert(halves[i] as number);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16 to the bits of the equal binary32. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: shift the leading one into place; `shift` is how far it was from bit 10.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The nearest 16-bit values in a new array, ties to even; what is too large becomes infinite, NaN stays one. */
export function narrowToHalves(values: Float32Array, format: Halves["format"]): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const convert = format === "BF16" ? bfloat16Of : float16Of;
  for (let i = 0; i < halves.length; i++) halves[i] = convert(bits[i] as number);
  return halves;
}

/** The upper half of a binary32, rounded; a carry goes on into the exponent as it should. */
function bfloat16Of(bits: number): number {
  const noNumber = (bits & 0x7fffffff) > 0x7f800000;
  return noNumber ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function float16Of(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent === 0xff - 112) return sign | 0x7c00 | (bits & 0x7fffff ? 0x200 : 0);
  if (exponent >= 31) return sign | 0x7c00;
  const fraction = bits & 0x7fffff;
  if (exponent > 0) return sign | rounded((exponent << 23) | fraction, 13);
  // Subnormal: all of the fraction, its leading one too, is shifted to where it counts 2^-24; below half of that it is 0.
  return exponent < -10 ? sign : sign | rounded(fraction | 0x800000, 14 - exponent);
}

/** `value` / 2^`shift`, to the nearest integer, ties to even. */
function rounded(value: number, shift: number): number {
  const whole = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}
