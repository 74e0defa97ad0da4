/**
 * How a frozen weight [out, in] is stored, row by row, and its expansion to float32. Rows of packed formats are whole 32-bit words:
 *   f16   two values a word
 *   bf16  two values a word: the upper halves of float32 numbers
 *   int8  four values a word and a float32 scale per 32 values: value = scale q,       q in -127..127
 *   int4  eight values a word and the same scales:              value = scale (q - 8), q in 0..15; value i in bits 4 (i mod 8)
 */
export const F32: i32 = 0;
export const F16: i32 = 1;
export const INT8: i32 = 2;
export const INT4: i32 = 3;
export const BF16: i32 = 4;

/** Values that share a scale. */
const GROUP: i32 = 32;

/** Bytes of a row of `width` values. */
@inline
export function rowBytes(precision: i32, width: i32): i32 {
  if (precision == F32) return width << 2;
  if (precision == F16 || precision == BF16) return ((width + 1) >> 1) << 2;
  if (precision == INT8) return ((width + 3) >> 2) << 2;
  return ((width + 7) >> 3) << 2;
}

/** Writes values [from, from + count) of a row as float32; `from` is a multiple of 32. May write up to 31 values more. */
export function expand(precision: i32, row: usize, scales: usize, from: i32, count: i32, out: usize): void {
  if (precision == F32) memory.copy(out, row + (from << 2), count << 2);
  else if (precision == F16) expandHalf(row + (from << 1), count, out);
  else if (precision == BF16) expandUpperHalf(row + (from << 1), count, out);
  else if (precision == INT8) expandInt8(row + from, scales + ((from / GROUP) << 2), count, out);
  else expandInt4(row + (from >> 1), scales + ((from / GROUP) << 2), count, out);
}

/** Exponent and fraction moved to their float32 places and rescaled: exact for subnormal numbers too. Infinity and NaN do not occur. */
function expandHalf(row: usize, count: i32, out: usize): void {
  const rescale = f32x4.splat(reinterpret<f32>(0x77800000)); // 2^112
  const magnitude = i32x4.splat(0x7fff), sign = i32x4.splat(0x8000);
  for (let i = 0; i < count; i += 4) {
    const bits = v128.load_ext<u16>(row);
    const size = f32x4.mul(i32x4.shl(v128.and(bits, magnitude), 13), rescale);
    v128.store(out, v128.or(size, i32x4.shl(v128.and(bits, sign), 16)));
    row += 8;
    out += 16;
  }
}

function expandUpperHalf(row: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(out, i32x4.shl(v128.load_ext<u16>(row), 16));
    row += 8;
    out += 16;
  }
}

function expandInt8(row: usize, scales: usize, count: i32, out: usize): void {
  for (let start = 0; start < count; start += GROUP) {
    const scale = v128.load32_splat(scales);
    const end = min(GROUP, count - start);
    for (let i = 0; i < end; i += 4) {
      const q = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load_zero<u32>(row)));
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(q), scale));
      row += 4;
      out += 16;
    }
    scales += 4;
  }
}

/** Each of the eight lanes of 16 bits holds the byte of two values; even ones are the low half, odd ones the high half. */
function expandInt4(row: usize, scales: usize, count: i32, out: usize): void {
  const nibble = i8x16.splat(15);
  for (let start = 0; start < count; start += GROUP) {
    const scale = v128.load32_splat(scales);
    const end = min(GROUP, count - start);
    for (let i = 0; i < end; i += 8) {
      const bytes = v128.load_zero<u32>(row);
      const low = v128.and(bytes, nibble);
      const high = i8x16.shr_u(bytes, 4);
      const q = i16x8.sub(i16x8.extend_low_i8x16_s(v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 4, 4, 4, 4, 4, 4, 4)), i16x8.splat(8));
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(q)), scale));
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(q)), scale), 16);
      row += 4;
      out += 32;
    }
    scales += 4;
  }
}
