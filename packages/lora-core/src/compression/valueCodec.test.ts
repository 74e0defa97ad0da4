import { describe, expect, it } from "vitest";
import { hasCode } from "../errors/duetError.ts";
import { normal, type Random, random } from "../tensors/random.ts";
import { codecFor } from "./codecFor.ts";
import type { UploadCoding, UploadFormat } from "./uploadCoding.ts";
import type { ValueCodec } from "./valueCodec.ts";

const NAMES = ["f16", "int8", "int4"] as const satisfies readonly UploadFormat[];
/** Values of a block. */
const BLOCK = { f16: 1, int8: 32, int4: 64 } as const;
const LARGEST = { int8: 90, int4: 6 } as const;

function codec(format: Exclude<UploadFormat, "f32">, topK: UploadCoding["topK"] = null): ValueCodec {
  return codecFor({ format, topK }) as ValueCodec;
}

/** As updates are: some blocks large, some small, some zero. */
function valuesOf(count: number, uniform: Random): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => [1e-2, 3e-5, 0, 2.5][(i >> 5) % 4]! * normal(uniform));
}

/** How far a value may be off after it was sent. */
function boundsOf(values: Float32Array, format: (typeof NAMES)[number]): Float32Array {
  return values.map((value, i) => {
    if (format === "f16") return 2 ** -10 * Math.abs(value) + 2 ** -24;
    const start = i - (i % BLOCK[format]);
    const most = Math.max(...values.subarray(start, start + BLOCK[format]).map(Math.abs));
    return (most / LARGEST[format]) * (1 + 2 ** -10) + 2 ** -24;
  });
}

describe.each(NAMES)("values as %s", (format) => {
  it("are within the bound that the file gives, for any number of them, and the same draws give the same bytes", () => {
    for (const count of [1, 2, 31, 32, 33, 63, 64, 65, 1000]) {
      const values = valuesOf(count, random(5, format, count));
      const bytes = codec(format).encode(values, random(1, "draws"));
      expect(bytes.byteLength).toBe(codec(format).bytes(count));
      expect(bytes).toEqual(codec(format).encode(values, random(1, "draws")));
      const bounds = boundsOf(values, format);
      for (const [i, value] of codec(format).decode(bytes, count).entries()) {
        expect(Math.abs(value - (values[i] as number))).toBeLessThanOrEqual(bounds[i] as number);
      }
    }
  });

  it("are right on average: the mean over draws is within four standard deviations", () => {
    const values = valuesOf(128, random(6, format));
    const draws = 4000;
    const uniform = random(7, "unbiased", format);
    const sums = new Float64Array(values.length);
    for (let draw = 0; draw < draws; draw++) {
      for (const [i, value] of codec(format).decode(codec(format).encode(values, uniform), values.length).entries()) {
        sums[i] = (sums[i] as number) + value;
      }
    }
    const bounds = boundsOf(values, format);
    for (const [i, value] of values.entries()) {
      // The deviation of one draw is at most half a step; 1e-12 is float64's.
      const margin = (4 * (bounds[i] as number)) / 2 / Math.sqrt(draws) + 1e-12;
      expect(Math.abs((sums[i] as number) / draws - value)).toBeLessThanOrEqual(margin);
    }
  });

  it("cannot be encoded where they are not finite, or larger than the format holds", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]) {
      expect(() => codec(format).encode(Float32Array.of(1, value), random(1))).toThrow(RangeError);
    }
  });

  it("stay zero, and the smallest and largest there are stay themselves", () => {
    const smallest = 2 ** -24;
    const values = Float32Array.of(0, -0, 0, smallest, 0);
    const decoded = codec(format).decode(codec(format).encode(values, random(1)), 5);
    expect([...decoded].map((value) => value + 0)).toEqual([0, 0, 0, expect.any(Number), 0]);
    const large = Float32Array.of(-65_504, 0);
    expect(codec(format).decode(codec(format).encode(large, random(2)), 2)[0]).toBeCloseTo(-65_504, -3);
  });

  it("are refused with a sentence, or are values within reach, whatever bytes come", () => {
    const uniform = random(9, "fuzz", format);
    let refused = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const count = 1 + Math.floor(200 * uniform());
      const bytes = codec(format).encode(valuesOf(count, uniform), uniform);
      for (let flips = 1 + Math.floor(3 * uniform()); flips > 0; flips--) {
        bytes[Math.floor(uniform() * bytes.length)] = Math.floor(256 * uniform());
      }
      try {
        const decoded = codec(format).decode(bytes, count);
        expect(decoded.length).toBe(count);
        expect(decoded.every(Number.isFinite)).toBe(true);
      } catch (error) {
        refused++;
        expect(hasCode(error, "INVALID_ADAPTER")).toBe(true);
        expect(String((error as Error).message)).toMatch(/^The upload /);
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  it("are refused with more or fewer bytes", () => {
    const bytes = codec(format).encode(valuesOf(70, random(1)), random(2));
    for (const wrong of [bytes.subarray(1), new Uint8Array(bytes.length + 1), new Uint8Array()]) {
      expect(() => codec(format).decode(wrong, 70)).toThrow(/^The upload has \d+ bytes, expected \d+$/);
    }
  });
});

describe("bytes", () => {
  it("of int8 are exactly a quarter, of int4 an eighth, of f16 half, wherever blocks are full", () => {
    for (const count of [64, 640, 104_448, 1_000_000]) {
      expect(codec("f16").bytes(count)).toBe(2 * count);
      expect(codec("int8").bytes(count)).toBe(count);
      expect(codec("int4").bytes(count)).toBe(count / 2);
    }
    expect(codec("int8").bytes(65)).toBe(96);
  });

  it("of the largest tenth are a bit a value, and the tenth", () => {
    expect(codec("int8", 0.1).bytes(6400)).toBe(800 + 640);
  });
});

describe("hostile blocks", () => {
  const block = () => codec("int8").encode(Float32Array.of(0.5, -0.25), random(3));
  /** A block whose step has that code. */
  const withStep = (code: number) => {
    const bytes = block();
    for (let word = 0; word < 16; word++) {
      bytes[2 * word + 1] = ((bytes[2 * word + 1] as number) & 0x7f) | (((code >> word) & 1) << 7);
    }
    return bytes;
  };

  it.each([
    ["infinite", 0x7c00],
    ["not a number", 0x7e01],
    ["negative", 0xbc00],
  ])("are refused where their step is %s", (_, code) => {
    expect(() => codec("int8").decode(withStep(code), 2)).toThrow("The upload has a step that is negative or not finite");
  });

  it("are refused where a word has a digit too many, or something stands behind the last value", () => {
    const tooLarge = block();
    // 181 squared is 32761; 32767 fits the fifteen bits.
    tooLarge[0] = 0xff;
    tooLarge[1] = (tooLarge[1] as number) | 0x7f;
    expect(() => codec("int8").decode(tooLarge, 2)).toThrow("has a digit that its format does not have");
    expect(() => codec("int8").decode(block(), 1)).toThrow("has something behind its last value");
  });
});

describe("the largest values", () => {
  const values = Float32Array.of(0.1, -3, 0.2, 2, -0.05, 2, 0, 0.3);
  const half = codec("f16", 0.5);

  it("are sent and the others are zero; of equals the first", () => {
    expect([...half.decode(half.encode(values, random(1)), 8)].map((value) => Math.round(10 * value) / 10 + 0)).toEqual([
      0, -3, 0, 2, 0, 2, 0, 0.3,
    ]);
    const equal = codec("f16", 0.25);
    const ones = new Float32Array(8).fill(1);
    expect([...equal.decode(equal.encode(ones, random(1)), 8)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it("are at least one", () => {
    const one = codec("int8", 0.01);
    expect([...one.decode(one.encode(Float32Array.of(0, 4, 1), random(1)), 3)].map(Math.round)).toEqual([0, 4, 0]);
  });

  it("are refused where the map names another number of them, or one that is not there", () => {
    const bytes = half.encode(values.subarray(0, 7), random(1));
    const more = bytes.slice();
    more[0] = 0x7f;
    expect(() => half.decode(more, 7)).toThrow("The upload names 7 values, expected 4");
    const beyond = bytes.slice();
    beyond[0] = 0b1000_0111;
    expect(() => half.decode(beyond, 7)).toThrow("The upload names a value that is not there");
  });
});
