/** Byte for byte what numpy makes of the same values and draws: fixtures/compression. */
import { readFileSync } from "node:fs";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { expect, test } from "vitest";
import { codecFor } from "./codecFor.ts";
import type { ValueCodec } from "./valueCodec.ts";

interface Fixture {
  readonly values: string;
  readonly draws: readonly number[];
  readonly formats: Readonly<Record<"f16" | "int8" | "int4", { readonly coded: string; readonly decoded: string }>>;
}

const { values, draws, formats }: Fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/compression/uploads.json", import.meta.url), "utf8"),
);
const floats = (hex: string) => new Float32Array(hexToBytes(hex).buffer);

test.each(["f16", "int8", "int4"] as const)("%s has the same bytes, and gives the same values", (format) => {
  const { coded, decoded } = formats[format];
  const codec = codecFor({ format, topK: null }) as ValueCodec;
  let next = 0;
  const given = floats(values);
  expect(bytesToHex(codec.encode(given, () => draws[next++] ?? Number.NaN))).toBe(coded);
  // Zeros without a sign on either side: adding 0 takes it off.
  const plain = (all: Float32Array) => Array.from(all, (value) => value + 0);
  expect(plain(codec.decode(hexToBytes(coded), given.length))).toEqual(plain(floats(decoded)));
});
