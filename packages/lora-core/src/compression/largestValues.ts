/**
 * The largest of the values, in another format; the others are zero. A bit for every value, the first the lowest of the first byte, says
 * whether it is there: it costs 1 bit a value, and cannot name one twice or out of order.
 */
import { assertBytes, refuse } from "./refuse.ts";
import type { ValueCodec } from "./valueCodec.ts";

/** `share` of the values, at least one, in `format`. */
export function ofTheLargest(share: number, format: ValueCodec): ValueCodec {
  const kept = (count: number) => Math.min(count, Math.max(1, Math.ceil(share * count)));
  const mapBytes = (count: number) => Math.ceil(count / 8);
  const bytesOf = (count: number) => mapBytes(count) + format.bytes(kept(count));
  return {
    bytes: bytesOf,

    encode(values, uniform) {
      const chosen = largestOf(values, kept(values.length));
      const bytes = new Uint8Array(bytesOf(values.length));
      for (const index of chosen) bytes[index >> 3] = (bytes[index >> 3] as number) | (1 << (index & 7));
      const there = Float32Array.from(chosen, (index) => values[index] as number);
      bytes.set(format.encode(there, uniform), mapBytes(values.length));
      return bytes;
    },

    decode(bytes, count) {
      assertBytes(bytes, bytesOf(count));
      const chosen: number[] = [];
      for (let index = 0; index < 8 * mapBytes(count); index++) {
        if (((bytes[index >> 3] as number) >> (index & 7)) & 1) chosen.push(index);
      }
      if (chosen.length !== kept(count)) refuse(`names ${chosen.length} values, expected ${kept(count)}`);
      if ((chosen.at(-1) ?? 0) >= count) refuse("names a value that is not there");
      const there = format.decode(bytes.subarray(mapBytes(count)), chosen.length);
      const values = new Float32Array(count);
      for (const [i, index] of chosen.entries()) values[index] = there[i] as number;
      return values;
    },
  };
}

/** Where the largest in size are, in order; of equals the first. */
function largestOf(values: Float32Array, kept: number): Uint32Array {
  const sizes = values.map(Math.abs);
  if (!sizes.every(Number.isFinite)) throw new RangeError("A value that is not finite cannot be sent");
  const least = sizes.slice().sort()[sizes.length - kept] ?? 0;
  let ties = kept;
  for (const size of sizes) if (size > least) ties--;
  const chosen = new Uint32Array(kept);
  let next = 0;
  for (const [index, size] of sizes.entries()) {
    if (size > least || (size === least && ties-- > 0)) chosen[next++] = index;
  }
  return chosen;
}
