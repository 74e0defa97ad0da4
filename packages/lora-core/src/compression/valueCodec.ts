/** Float32 values as bytes and back. How many values there are both ends know, and it says how many bytes: no header travels. */
import type { Random } from "../tensors/random.ts";

export interface ValueCodec {
  /** Of so many values. */
  bytes(count: number): number;
  /** @throws {RangeError} on a value that is not finite, or beyond what the format holds. */
  encode(values: Float32Array, uniform: Random): Uint8Array<ArrayBuffer>;
  /** @throws {DuetError} INVALID_ADAPTER on anything that {@link encode} does not write. */
  decode(bytes: Uint8Array, count: number): Float32Array;
}
