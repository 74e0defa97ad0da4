/** Float32 values in 16 bits, IEEE binary16 or bfloat16, where nothing is lost. */

/**
 * Rows of `width` values as whole 32-bit words, two values each, the first in the low half; a last odd value shares its word with 0.
 * Null when a value is not exactly one of binary16.
 */
export function packHalves(values: Float32Array, width: number): Int32Array | null {
  return packRows(values, width, halfOf);
}

/** The same for bfloat16, which is the upper half of binary32. */
export function packBfloats(values: Float32Array, width: number): Int32Array | null {
  return packRows(values, width, (bits) => (bits & 0xffff ? -1 : bits >>> 16));
}

/** `narrow` gives 16 bits for 32, -1 where the number has none. */
function packRows(values: Float32Array, width: number, narrow: (bits: number) => number): Int32Array | null {
  const words = Math.ceil(width / 2);
  const rows = values.length / width;
  const packed = new Int32Array(rows * words);
  const halves = new Uint16Array(packed.buffer);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const half = narrow(bits[row * width + i] as number);
      if (half < 0) return null;
      halves[2 * row * words + i] = half;
    }
  }
  return packed;
}

/** The bits of the binary16 number that equals a binary32 number given by its bits; -1 when there is none. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const fraction = bits & 0x7fffff;
  if (exponent >= -14 && exponent <= 15) {
    return fraction & 0x1fff ? -1 : sign | ((exponent + 15) << 10) | (fraction >> 13);
  }
  if (exponent === -127 && fraction === 0) return sign;
  if (exponent < -24 || exponent > 15) return -1;
  // Subnormal: a multiple of 2^-24.
  const dropped = -1 - exponent;
  const whole = fraction | 0x800000;
  return whole & ((1 << dropped) - 1) ? -1 : sign | (whole >> dropped);
}
