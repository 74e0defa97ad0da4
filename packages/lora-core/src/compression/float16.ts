/** IEEE 754 binary16 by magnitude: its codes without the sign, 0 to 0x7bff, are in the order of the values that they stand for. */
import { widenHalves } from "../checkpoints/halfPrecision.ts";

/** The code of infinity; all below it are finite. */
export const FINITE_CODES = 0x7c00;
/** 65,504. */
export const LARGEST_FLOAT16 = 65_504;

/** By its code. */
const MAGNITUDES = widenHalves(
  Uint16Array.from({ length: FINITE_CODES }, (_, code) => code),
  "F16",
);

/** Exponent of the subnormal numbers and the smallest normal ones. */
const LOWEST_EXPONENT = -14;
const FRACTION_BITS = 10;

/** The number of that code. */
export const magnitudeOf = (code: number): number => MAGNITUDES[code] as number;

/** The code of the largest number that is not above `magnitude`, which is from 0 to {@link LARGEST_FLOAT16}. */
export function codeBelow(magnitude: number): number {
  // Math.log2 may be off by one close to a power of two; what comes out is put right below.
  const exponent = Math.max(LOWEST_EXPONENT, Math.floor(Math.log2(magnitude)));
  const fraction = Math.floor(magnitude / 2 ** (exponent - FRACTION_BITS));
  const code = (exponent - LOWEST_EXPONENT) * 2 ** FRACTION_BITS + fraction;
  return magnitudeOf(code) > magnitude ? code - 1 : code;
}

/** The code of the smallest number that is not below `magnitude`. */
export function codeAbove(magnitude: number): number {
  const code = codeBelow(magnitude);
  return magnitudeOf(code) < magnitude ? code + 1 : code;
}
