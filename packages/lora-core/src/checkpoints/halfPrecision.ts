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
