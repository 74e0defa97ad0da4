import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HostTensor, sizeOf } from "../tensors/namedTensors.ts";
import { readSafetensors, readSafetensorsHeader, SafetensorsError, writeSafetensors } from "./safetensors.ts";

/** A file with this header, as JSON or as text, over `dataBytes` zero bytes. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const tensor = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) =>
    fc
      .array(fc.float(), { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
      .map((values): HostTensor => ({ shape, data: Float32Array.from(values) })),
  );
const tensorMap = fc
  .uniqueArray(fc.tuple(fc.string(), tensor), { selector: ([key]) => key, maxLength: 5 })
  .map((entries) => new Map(entries));

describe("safetensors", () => {
  it("reads F32, F16 and BF16 written by Python", () => {
    const file = readFileSync(new URL("../../fixtures/checkpoints/python.safetensors", import.meta.url));
    const tensors = readSafetensors(file);
    expect(Object.fromEntries([...tensors].map(([key, { shape }]) => [key, shape]))).toEqual({
      "block.f16": [2, 5],
      "block.bf16": [4],
      "block.f32": [3, 2],
      empty: [0, 3],
      scalar: [],
    });
    const f16 = [0, -0, 1, -2.5, 65504, 2 ** -14, 2 ** -24, 252 * 2 ** -24, Number.POSITIVE_INFINITY, 0.333251953125];
    expect([...(tensors.get("block.f16")?.data ?? [])]).toEqual(f16);
    // bfloat16 keeps 8 bits of 1e30, 202 * 2^92; 2^-130 is subnormal there.
    expect([...(tensors.get("block.bf16")?.data ?? [])]).toEqual([1, -3.140625, 202 * 2 ** 92, 2 ** -130]);
    expect(tensors.get("block.f32")?.data).toEqual(Float32Array.from([0, 1, 2, 3, 4, 5], (value) => Math.fround(value) / 7));
    expect(tensors.get("scalar")?.data).toEqual(Float32Array.of(-0.1));
  });

  it("returns what was written, for any names, shapes and values", () => {
    fc.assert(
      fc.property(tensorMap, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const file = writeSafetensors(tensors, metadata);
        expect(readSafetensors(file)).toEqual(tensors);
        expect(writeSafetensors(tensors, metadata)).toEqual(file);
      }),
    );
  });

  it("keeps the order of names that look like integers, and reads at an odd byte offset", () => {
    const tensors = new Map([
      ["10", { shape: [1], data: Float32Array.of(1.5) }],
      ["9", { shape: [2], data: Float32Array.of(-2.5, 3) }],
    ]);
    const file = writeSafetensors(tensors);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect([...readSafetensors(shifted.subarray(1))]).toEqual([...tensors]);
  });

  it("leaves values in the file's bytes and widens halves only when they are read", () => {
    const file = Uint8Array.from(readFileSync(new URL("../../fixtures/checkpoints/python.safetensors", import.meta.url)));
    const tensors = readSafetensors(file);
    const [halves, floats] = [tensors.get("block.f16"), tensors.get("block.f32")];
    expect(floats?.data.buffer).toBe(file.buffer);
    expect(halves?.data).not.toBe(halves?.data);
    expect(halves?.data[3]).toBe(-2.5);
    expect(halves?.halves?.format).toBe("F16");
    expect(halves?.halves?.bits.buffer).toBe(file.buffer);
    expect(floats?.halves).toBeUndefined();
    const { ranges } = readSafetensorsHeader(file.subarray(0, file.length - 1), file.length);
    expect(ranges.find(({ key }) => key === "block.bf16")).toMatchObject({ dtype: "BF16", shape: [4] });
  });

  it("refuses every truncation and every extension", () => {
    const file = writeSafetensors(new Map([["weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]));
    for (let length = 0; length < file.length; length++) {
      expect(() => readSafetensors(file.subarray(0, length))).toThrow(SafetensorsError);
    }
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(() => readSafetensors(longer)).toThrow("need 24 bytes of data, it has 25");
  });

  it("answers flipped bits with tensors or a SafetensorsError, nothing else", () => {
    fc.assert(
      fc.property(tensorMap, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (tensors, flips) => {
        const file = writeSafetensors(tensors);
        for (const flip of flips) {
          const bit = flip % (file.length * 8);
          file[bit >> 3] = (file[bit >> 3] as number) ^ (1 << (bit & 7));
        }
        try {
          for (const { shape, data } of readSafetensors(file).values()) expect(data.length).toBe(sizeOf(shape));
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      }),
      { numRuns: 500 },
    );
  });

  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });
  it.each([
    ["an unknown dtype", fileOf({ a: { ...f32(0, 8), dtype: "Q4" } }, 8), /a: dtype/],
    [
      "half a byte",
      fileOf({ a: { dtype: "F4", shape: [3], data_offsets: [0, 1] } }, 1),
      /F4 \[3\], which is no whole number of bytes/,
    ],
    [
      "a size of another dtype",
      fileOf({ a: { dtype: "I64", shape: [2], data_offsets: [0, 8] } }, 8),
      /16 bytes, but its range is/,
    ],
    ["a negative extent", fileOf({ a: f32(0, 4, [-1, -1]) }, 4), /a: shape\.0/],
    ["a shape that does not fill its range", fileOf({ a: f32(0, 8, [3]) }, 8), /F32 \[3\], 12 bytes, but its range is \[0, 8\]/],
    ["a shape whose size overflows", fileOf({ a: f32(0, 4, [2 ** 40, 2 ** 40]) }, 4), /its range is/],
    ["a reversed range", fileOf({ a: f32(8, 0, []) }, 8), /its range is \[8, 0\]/],
    ["an unknown field", fileOf({ a: { ...f32(0, 4), stride: [1] } }, 4), /stride/],
    ["a gap", fileOf({ a: f32(0, 4), b: f32(8, 12) }, 12), /b starts at byte 8 of the data, expected 4/],
    ["an overlap", fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12), /b starts at byte 4 of the data, expected 8/],
    ["a duplicate tensor", fileOf(`{"a":${JSON.stringify(f32(0, 4))},"\\u0061":${JSON.stringify(f32(0, 4))}}`, 4), /key a twice/],
    ["a duplicate field", fileOf('{"a":{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /key dtype twice/],
    ["metadata that is not text", fileOf({ __metadata__: { step: 3 } }), /__metadata__: step/],
    ["an entry that is not an object", fileOf({ a: 7 }), /a: entry|a: Invalid/],
    ["an array as header", fileOf([]), /does not start with \{/],
    ["broken JSON", fileOf('{"a":'), /not JSON/],
    ["a header that is not UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), /not UTF-8/],
    ["a header length beyond the limit", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d), /header would have/],
    ["a header of one endless string", fileOf(`{"${"x".repeat(8_000_000)}":1}`), /cannot be used/],
  ])("refuses %s", (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  it.each([
    ...(["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"] as const).map(
      (name) => [name, 8] as const,
    ),
    ...(["U16", "I16"] as const).map((name) => [name, 16] as const),
    ...(["U32", "I32"] as const).map((name) => [name, 32] as const),
    ...(["U64", "I64", "F64", "C64"] as const).map((name) => [name, 64] as const),
    ...([
      ["F4", 4],
      ["F6_E2M3", 6],
      ["F6_E3M2", 6],
    ] as const),
  ])("knows the size of %s, and refuses its values by name when they are needed", (dtype, bits) => {
    const header = { before: f32(0, 4), odd: { dtype, shape: [2, 4], data_offsets: [4, 4 + bits] }, z: f32(4 + bits, 8 + bits) };
    const file = fileOf(header, 8 + bits);
    new DataView(file.buffer).setFloat32(file.length - 4, 2.5, true);
    const tensors = readSafetensors(file);
    expect(tensors.get("odd")?.shape).toEqual([2, 4]);
    expect(tensors.get("z")?.data).toEqual(Float32Array.of(2.5));
    expect(() => tensors.get("odd")?.data).toThrow(SafetensorsError);
    expect(() => tensors.get("odd")?.data).toThrow(`odd is stored as ${dtype}, which is not supported`);
  });

  it("refuses to write data that does not fill its shape, and the reserved name", () => {
    const data = Float32Array.of(1, 2, 3);
    expect(() => writeSafetensors(new Map([["a", { shape: [2, 2], data }]]))).toThrow("a has 3 values for shape [2,2]");
    expect(() => writeSafetensors(new Map([["__metadata__", { shape: [3], data }]]))).toThrow(SafetensorsError);
  });
});
