import { describe, expect, test } from "vitest";
import { combineShares, openShares, sealShares, splitSecret } from "./shares.ts";
import { seededBytes } from "./testing/attemptRun.ts";
import { chiSquareOf, SUSPICIOUS } from "./testing/uniformity.ts";

const randomBytes = seededBytes(21);
const secret = randomBytes(32);

test("any t shares give the secret, whatever others there are", async () => {
  const shares = await splitSecret(secret, 7, 4);
  for (let i = 0; i < 7; i++) {
    const four = [0, 1, 2, 4].map((step) => shares[(i + step) % 7] as Uint8Array);
    expect(await combineShares(four)).toEqual(new Uint8Array(secret));
  }
  expect(await combineShares(shares)).toEqual(new Uint8Array(secret));
  expect(await combineShares(shares.slice(0, 3))).not.toEqual(new Uint8Array(secret));
});

test("a share at 0, which would be the secret of whoever sent it, and two at one point are refused", async () => {
  const [one, two, three] = (await splitSecret(secret, 3, 3)) as [Uint8Array, Uint8Array, Uint8Array];
  await expect(combineShares([one, two, three.with(32, 0)])).rejects.toThrow(RangeError);
  await expect(combineShares([one, two, new Uint8Array(one)])).rejects.toThrow(RangeError);
});

test("bytes as Socket.IO gives them in Node are taken", async () => {
  const shares = await splitSecret(Buffer.from(secret), 3, 2);
  expect(await combineShares(shares.slice(1).map((share) => Buffer.from(share)))).toEqual(new Uint8Array(secret));
});

describe("t - 1 shares", () => {
  // 160,000 bytes each: chances that are off by 3.6 % would be found with 99 %.
  const ROUNDS = 5_000;
  test.each([0, 255])(
    "say nothing about a secret of bytes %i: alone, together, and put together as if they were enough",
    async (byte) => {
      const pieces = {
        first: [] as Uint8Array[],
        second: [] as Uint8Array[],
        both: [] as Uint8Array[],
        combined: [] as Uint8Array[],
      };
      const whole: Uint8Array[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const [a, b, c] = (await splitSecret(new Uint8Array(32).fill(byte), 3, 3)) as [Uint8Array, Uint8Array, Uint8Array];
        pieces.first.push(a.subarray(0, 32));
        pieces.second.push(b.subarray(0, 32));
        pieces.both.push(a.subarray(0, 32).map((value, at) => value ^ (b[at] as number)));
        pieces.combined.push(await combineShares([a, b]));
        if (i < 10) whole.push(await combineShares([a, b, c]));
      }
      for (const [name, parts] of Object.entries(pieces)) expect(chiSquareOf(joined(parts)), name).toBeLessThan(SUSPICIOUS);
      expect(chiSquareOf(joined(whole))).toBeGreaterThan(10_000);
    },
  );
});

test("a box opens for whom and for what it was made, and for nothing else", async () => {
  const [key, context] = [randomBytes(32), Uint8Array.of(1, 2, 3)];
  const held = { maskKey: randomBytes(33), seed: randomBytes(33) };
  const box = await sealShares(key, context, held, randomBytes);
  expect(box).toHaveLength(94);
  expect(await openShares(key, context, box, "bea")).toEqual(held);
  const refusal = expect.objectContaining({ reason: "altered share", culprit: "bea" });
  await expect(openShares(key, Uint8Array.of(1, 2, 4), box, "bea")).rejects.toEqual(refusal);
  await expect(openShares(randomBytes(32), context, box, "bea")).rejects.toEqual(refusal);
  for (const at of [0, 12, 93]) {
    await expect(openShares(key, context, box.with(at, (box[at] as number) ^ 1), "bea")).rejects.toEqual(refusal);
  }
});

const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
