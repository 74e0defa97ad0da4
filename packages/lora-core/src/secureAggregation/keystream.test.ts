import { expect, test } from "vitest";
import { addMasks, addVector, keystreamPiece } from "./keystream.ts";
import { seededBytes } from "./testing/attemptRun.ts";
import { bytesOf, chiSquareOf, SUSPICIOUS } from "./testing/uniformity.ts";

const key = seededBytes(3)(32);
/** Over two borders of pieces, and no multiple of a block. */
const LENGTH = 600_003;

test("a mask that is put on and taken off leaves the vector as it was, modulo 2^32", async () => {
  const before = Uint32Array.from({ length: LENGTH }, (_, i) => 0xffff_ff00 + i);
  const vector = new Uint32Array(before);
  await addMasks(vector, [{ key, sign: 1 }]);
  expect(vector).not.toEqual(before);
  await addMasks(vector, [{ key, sign: -1 }]);
  expect(vector).toEqual(before);
});

test("no block of a keystream comes twice, and it is uniform", async () => {
  const vector = new Uint32Array(LENGTH);
  await addMasks(vector, [{ key, sign: 1 }]);
  const blocks = new Set<string>();
  for (let i = 0; i + 4 <= LENGTH; i += 4) blocks.add(vector.subarray(i, i + 4).join());
  expect(blocks.size).toBe(Math.floor(LENGTH / 4));
  expect(chiSquareOf(bytesOf(vector))).toBeLessThan(SUSPICIOUS);
});

test("its counter goes on beyond 2^32 blocks, where half of one would begin again", async () => {
  const early = await keystreamPiece(key, 0, 8);
  const late = await keystreamPiece(key, 4 * 2 ** 32, 8);
  expect(late).not.toEqual(early);
  expect(late.subarray(4)).toEqual(await keystreamPiece(key, 4 * 2 ** 32 + 4, 4));
});

test("sums wrap around, and vectors of unequal length are refused", () => {
  const sum = Uint32Array.of(0xffff_fffe, 5);
  addVector(sum, Uint32Array.of(7, 0xffff_ffff));
  expect([...sum]).toEqual([5, 4]);
  expect(() => addVector(sum, new Uint32Array(3))).toThrow(RangeError);
});
