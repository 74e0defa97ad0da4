import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../tensors/namedTensors.ts";
import { widenHalves } from "../halfPrecision.ts";
import { GgufError } from "./ggufError.ts";
import { huggingFaceTensors } from "./ggufTensors.ts";
import { readGguf } from "./readGguf.ts";

/** Blocks written and expanded by the Python package `gguf`, see make_fixtures.py beside it. */
const blocks = readFileSync(new URL("../../../fixtures/gguf/blocks.gguf", import.meta.url));

/** A header written by hand: numbers are u32, bigints u64, texts carry their u64 length. Then `data` zero bytes at offset 32 k. */
function fileOf(fields: readonly (number | bigint | string)[], data = 0): Uint8Array {
  const parts = fields.map((field) => {
    if (typeof field === "number") return new Uint8Array(Uint32Array.of(field).buffer);
    if (typeof field === "bigint") return new Uint8Array(BigUint64Array.of(field).buffer);
    const text = new TextEncoder().encode(field);
    return Uint8Array.from([...new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer), ...text]);
  });
  const bytes = parts.flatMap((part) => [...part]);
  return Uint8Array.from({ length: Math.ceil(bytes.length / 32) * 32 + data }, (_, i) => bytes[i] ?? 0);
}

const MAGIC = 0x46554747;
/** One F32 tensor [2, 3] and no metadata. */
const tensor = (name: string, offset: bigint, type = 0) => [name, 2, 3n, 2n, type, offset] as const;
const oneTensor = [MAGIC, 3, 1n, 0n, ...tensor("w", 0n)];

describe("GGUF", () => {
  const { metadata, tensors } = readGguf(blocks);

  it.each(["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"])("expands %s bit for bit", (format) => {
    const expected = tensors.get(`${format}.expected`);
    expect(expected?.shape).toEqual(format.endsWith("K") ? [2, 512] : [3, 64]);
    expect(tensors.get(format)?.shape).toEqual(expected?.shape);
    const bits = (values?: Float32Array) => new Uint32Array(values?.buffer ?? new ArrayBuffer(0));
    expect(bits(tensors.get(format)?.data)).toEqual(bits(expected?.data));
    expect(new Set(expected?.data).size).toBeGreaterThan(30);
  });

  it("has 16-bit values as they lie in the file, also where rows of a head are put in another order", () => {
    const short = [...tensors.values()].filter((tensor) => tensor.halves);
    expect(short.map((tensor) => tensor.halves?.format).sort()).toEqual(["BF16", "F16"]);
    for (const { halves, data } of short) expect(halves && widenHalves(halves.bits, halves.format)).toEqual(data);
    const bits = Uint16Array.from({ length: 16 }, (_, i) => 0x3f80 + i);
    const query = { shape: [8, 2], data: widenHalves(bits, "BF16"), halves: { format: "BF16", bits } } as const;
    const named = huggingFaceTensors(new Map([["blk.0.attn_q.weight", query]]), { interleavedHeadWidth: 4 });
    const sorted = named.get("model.layers.0.self_attn.q_proj.weight");
    expect(sorted?.halves?.bits.map((half) => half - 0x3f80)).toEqual(
      Uint16Array.of(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15),
    );
    expect(sorted?.halves && widenHalves(sorted.halves.bits, "BF16")).toEqual(sorted?.data);
  });

  it("reads metadata of every kind", () => {
    expect(Object.fromEntries(metadata)).toEqual({
      "general.architecture": "llama",
      "test.uint32": 4_000_000_000,
      "test.int8": -7,
      "test.uint64": 2n ** 60n + 1n,
      "test.float32": Math.fround(0.1),
      "test.float64": 0.1,
      "test.bool": true,
      "test.string": "naïve 日本語",
      "test.texts": ["a", "", "ß"],
      "test.numbers": [3, -1, 2],
    });
  });

  it("has the slowest extent first, and reads at an odd byte offset", () => {
    const file = fileOf(oneTensor, 24);
    new DataView(file.buffer).setFloat32(file.length - 4, 2.5, true);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const found = readGguf(shifted.subarray(1)).tensors.get("w");
    expect(found?.shape).toEqual([2, 3]);
    expect(found?.data).toEqual(Float32Array.of(0, 0, 0, 0, 0, 2.5));
  });

  it("refuses every truncation", () => {
    const file = fileOf(oneTensor, 24);
    for (let length = 0; length < file.length; length++) {
      expect(() => readGguf(file.subarray(0, length))).toThrow(GgufError);
    }
  });

  it("answers flipped bits with tensors or a GgufError, nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1500 * 8 - 1 }), { minLength: 1, maxLength: 3 }), (flips) => {
        const file = new Uint8Array(blocks);
        for (const bit of flips) file[bit >> 3] = (file[bit >> 3] as number) ^ (1 << (bit & 7));
        try {
          for (const { shape, data } of readGguf(file).tensors.values()) expect(data.length).toBe(sizeOf(shape));
        } catch (error) {
          expect(error).toBeInstanceOf(GgufError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["another format", fileOf([0x04034b50, 3, 0n, 0n]), /does not start with GGUF/],
    ["an old version", fileOf([MAGIC, 1, 0n, 0n]), /version is 1/],
    ["a big-endian file", fileOf([MAGIC, 0x03000000, 0n, 0n]), /version is 50331648/],
    ["too many tensors", fileOf([MAGIC, 3, 2n ** 40n, 0n]), /number of tensors is 1099511627776/],
    ["an endless text", fileOf([MAGIC, 3, 0n, 1n, 2n ** 63n]), /length of a text/],
    ["an endless list", fileOf([MAGIC, 3, 0n, 1n, "list", 9, 0, 2n ** 50n]), /length of list/],
    ["a list of lists", fileOf([MAGIC, 3, 0n, 1n, "list", 9, 9, 1n]), /value type 9/],
    ["a key twice", fileOf([MAGIC, 3, 0n, 2n, "k", 4, 1, "k", 4, 2]), /has k twice/],
    ["an alignment of 0", fileOf([MAGIC, 3, 0n, 1n, "general.alignment", 4, 0]), /general.alignment is 0/],
    ["a tensor twice", fileOf([MAGIC, 3, 2n, 0n, ...tensor("w", 0n), ...tensor("w", 32n)], 64), /tensor w twice/],
    ["tensors that overlap", fileOf([MAGIC, 3, 2n, 0n, ...tensor("w", 0n), ...tensor("v", 0n)], 64), /overlaps/],
    ["an offset between the steps", fileOf([MAGIC, 3, 1n, 0n, ...tensor("w", 8n)], 64), /not at a multiple of 32/],
    ["data that ends too early", fileOf([MAGIC, 3, 1n, 0n, ...tensor("w", 32n)], 32), /ends before the data of w/],
    ["half a block", fileOf([MAGIC, 3, 1n, 0n, ...tensor("w", 0n, 2)], 64), /whole Q4_0 blocks/],
    ["a format that is not supported", fileOf([MAGIC, 3, 1n, 0n, ...tensor("w", 0n, 16)], 64), /ggml type 16/],
    ["five dimensions", fileOf([MAGIC, 3, 1n, 0n, "w", 5]), /5 dimensions/],
  ])("refuses %s", (_, file, message) => {
    expect(() => readGguf(file)).toThrow(GgufError);
    expect(() => readGguf(file)).toThrow(message);
  });
});
