/**
 * What masks are made of: AES-256-CTR under a key that is used once, from counter 0, read as u32 little-endian. It is made piece by piece,
 * and does not repeat within 2^64 blocks.
 */
import { algorithms } from "./algorithms.ts";

/** Which way a mask goes onto a vector. */
export type Sign = 1 | -1;

/** A mask by its key; 32 bytes. Plain data: a worker thread can put it on. */
export interface Mask {
  readonly key: Uint8Array;
  readonly sign: Sign;
}

const BLOCK_BYTES = 16;
const PIECE_VALUES = 262_144;
const ZEROS = new Uint8Array(4 * PIECE_VALUES);

/** Adds every mask to `vector` in place, modulo 2^32; 1 MB of memory. */
export async function addMasks(vector: Uint32Array, masks: readonly Mask[]): Promise<void> {
  for (const { key, sign } of masks) {
    for (let start = 0; start < vector.length; start += PIECE_VALUES) {
      const piece = vector.subarray(start, start + PIECE_VALUES);
      addSigned(piece, await keystreamPiece(key, start, piece.length), sign);
    }
  }
}

/** `length` values of the keystream from value `start` on, a multiple of 4. All machines that run browsers are little-endian. */
export async function keystreamPiece(key: Uint8Array, start: number, length: number): Promise<Uint32Array> {
  const { ctr } = await algorithms();
  const stream = await ctr(key, counterBlock((4 * start) / BLOCK_BYTES), ZEROS.subarray(0, 4 * length));
  return new Uint32Array(stream.buffer, stream.byteOffset, length);
}

/** Adds `vector` to `sum` in place, modulo 2^32. @throws {RangeError} unequal lengths. */
export function addVector(sum: Uint32Array, vector: Uint32Array): void {
  if (sum.length !== vector.length) throw new RangeError(`addVector: ${vector.length} values, expected ${sum.length}`);
  addSigned(sum, vector, 1);
}

function addSigned(target: Uint32Array, values: Uint32Array, sign: Sign): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + sign * (values[i] as number);
}

/** Big-endian. */
function counterBlock(block: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  new DataView(bytes.buffer).setBigUint64(8, BigInt(block));
  return bytes;
}
