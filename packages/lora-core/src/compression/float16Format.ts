/**
 * Values as little-endian binary16, rounded stochastically to one of their two neighbours.
 *
 * Bound: a value is off by less than 2^-10 of itself, and by less than 2^-24 where it is below 2^-14.
 */
import { widenHalves } from "../checkpoints/halfPrecision.ts";
import { codeBelow, FINITE_CODES, LARGEST_FLOAT16, magnitudeOf } from "./float16.ts";
import { assertBytes, refuse } from "./refuse.ts";
import type { ValueCodec } from "./valueCodec.ts";

const VALUE_BYTES = 2;
const SIGN = 0x8000;

export const float16Format: ValueCodec = {
  bytes: (count) => VALUE_BYTES * count,

  encode(values, uniform) {
    const bytes = new Uint8Array(VALUE_BYTES * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) {
      if (!(Math.abs(value) <= LARGEST_FLOAT16)) throw new RangeError(`${value} is beyond what 16 bits hold`);
      view.setUint16(VALUE_BYTES * i, (value < 0 ? SIGN : 0) | neighbourOf(Math.abs(value), uniform()), true);
    }
    return bytes;
  },

  decode(bytes, count) {
    assertBytes(bytes, VALUE_BYTES * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const halves = Uint16Array.from({ length: count }, (_, i) => view.getUint16(VALUE_BYTES * i, true));
    if (halves.some((half) => (half & ~SIGN) >= FINITE_CODES)) refuse("has a value that is not finite");
    return widenHalves(halves, "F16");
  },
};

/** The code of one of the two numbers that it lies between, the nearer the likelier. */
function neighbourOf(magnitude: number, draw: number): number {
  const below = codeBelow(magnitude);
  const rest = magnitude - magnitudeOf(below);
  if (rest === 0) return below;
  return draw < rest / (magnitudeOf(below + 1) - magnitudeOf(below)) ? below + 1 : below;
}
