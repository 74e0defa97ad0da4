import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSum, encodeVector, sumErrorOf } from "./fixedPoint.ts";
import { addVector } from "./keystream.ts";
import { systemRandomBytes } from "./randomBytes.ts";
import { seededBytes } from "./testing/attemptRun.ts";
import { bitsFor, lengthOf, MODULUS, type VectorLayout, vectorLayout } from "./vectorLayout.ts";

const real = (changed: object = {}) => ({
  kind: "real" as const,
  name: "update",
  length: 50,
  clip: 0.5,
  bits: 20,
  modulusBits: 32 as const,
  ...changed,
});
const rows = { kind: "count" as const, name: "rows", length: 2, max: 50_000, modulusBits: 32 as const };

/** What a coordinator decodes of these clients' values. */
function sumOf(layout: VectorLayout, all: readonly ReadonlyMap<string, ArrayLike<number>>[], randomBytes = seededBytes(1)) {
  const sum = new Uint32Array(lengthOf(layout));
  for (const values of all) addVector(sum, encodeVector(layout, values, randomBytes).vector);
  return decodeSum(layout, sum, all.length);
}

test("a sum is within the bound, for every clip range, bits and number of clients that a layout allows; counts are exact", () => {
  const given = fc
    .record({
      clients: fc.integer({ min: 2, max: 40 }),
      clip: fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
      modulusBits: fc.constantFrom(16 as const, 32 as const),
      seed: fc.nat(),
    })
    .chain(({ clients, clip, modulusBits, seed }) =>
      fc.record({
        clients: fc.constant(clients),
        clip: fc.constant(clip),
        seed: fc.constant(seed),
        modulusBits: fc.constant(modulusBits),
        bits: fc.integer({ min: 1, max: bitsFor(clients, modulusBits) }),
        values: fc.array(fc.array(fc.double({ min: -clip, max: clip, noNaN: true }), { minLength: 5, maxLength: 5 }), {
          minLength: clients,
          maxLength: clients,
        }),
      }),
    );
  fc.assert(
    fc.property(given, ({ clients, clip, modulusBits, bits, values, seed }) => {
      const group = real({ length: 5, clip, bits, modulusBits });
      const layout = vectorLayout.parse({ clients, groups: [group, rows] });
      const counts = values.map((_, k) => [k, 50_000 - k]);
      const all = values.map(
        (reals, k) =>
          new Map([
            ["update", reals],
            ["rows", counts[k] ?? []],
          ]),
      );
      const decoded = sumOf(layout, all, seededBytes(seed));
      const { worst } = sumErrorOf(group, clients);
      for (let i = 0; i < 5; i++) {
        const exact = values.reduce((total, reals) => total + (reals[i] as number), 0);
        // Beside the bound, what float64 loses of clients * clip.
        expect(Math.abs((decoded.get("update")?.[i] as number) - exact)).toBeLessThanOrEqual(worst + clients * clip * 1e-14);
      }
      expect([...(decoded.get("rows") ?? [])]).toEqual(
        [0, 1].map((i) => counts.reduce((sum, both) => sum + (both[i] as number), 0)),
      );
    }),
  );
});

test("rounding is unbiased and as scattered as is said", () => {
  const DRAWS = 40_000;
  const group = real({ length: DRAWS, clip: 1, bits: 4 });
  const layout = vectorLayout.parse({ clients: 4, groups: [group] });
  // Halfway between two integers, where the scatter is largest.
  const value = 2 / 15 - 1 + 0.5 * (2 / 15);
  const decoded =
    sumOf(layout, [new Map([["update", new Float32Array(DRAWS).fill(value)]])], systemRandomBytes).get("update") ?? [];
  const errors = Array.from(decoded, (found) => found - Math.fround(value));
  const mean = errors.reduce((sum, error) => sum + error, 0) / DRAWS;
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / DRAWS);
  const said = sumErrorOf(group, 1).deviation;
  // Six standard errors.
  expect(Math.abs(mean)).toBeLessThan((6 * said) / Math.sqrt(DRAWS));
  expect(deviation).toBeCloseTo(said, 4);
});

test("what is beyond the clip range is clipped and counted, for each group", () => {
  const layout = vectorLayout.parse({ clients: 3, groups: [real({ length: 4 }), real({ name: "loss", length: 1, clip: 8 })] });
  const values = new Map([
    ["update", [0.6, -9, 0.5, 0.1]],
    ["loss", [2]],
  ]);
  const { clipped } = encodeVector(layout, values, seededBytes(2));
  expect([...clipped]).toEqual([
    ["update", 2],
    ["loss", 0],
  ]);
  const decoded = sumOf(layout, [values, values]);
  expect(decoded.get("update")?.[0]).toBeCloseTo(1, 5);
  expect(decoded.get("update")?.[1]).toBeCloseTo(-1, 5);
});

describe("refused are", () => {
  const layout = vectorLayout.parse({ clients: 3, groups: [real({ length: 2 }), rows] });
  const right = { update: [0.1, 0.2], rows: [3, 4] };
  test.each([
    ["not a number", { ...right, update: [Number.NaN, 0] }],
    ["infinite", { ...right, update: [0, Number.POSITIVE_INFINITY] }],
    ["a count below zero", { ...right, rows: [-1, 0] }],
    ["a count that is no integer", { ...right, rows: [0.5, 0] }],
    ["a count above its maximum", { ...right, rows: [50_001, 0] }],
    ["a group too short", { ...right, update: [0] }],
    ["a group that is missing", { update: [0, 0] }],
  ])("%s", (_, values) => {
    expect(() => encodeVector(layout, new Map(Object.entries(values)), seededBytes(1))).toThrow(RangeError);
  });

  test("sums of another length, and of more clients than cannot overflow", () => {
    expect(() => decodeSum(layout, new Uint32Array(3), 2)).toThrow(RangeError);
    expect(() => decodeSum(layout, new Uint32Array(4), 4)).toThrow(RangeError);
  });
});

describe("a layout", () => {
  test("has as many bits as its clients leave", () => {
    expect([2, 64, 65, 1000, 100_000].map((clients) => bitsFor(clients, 32))).toEqual([26, 26, 25, 22, 15]);
    expect([2, 3, 20, 32, 33, 1000].map((clients) => bitsFor(clients, 16))).toEqual([15, 14, 11, 11, 10, 6]);
    for (const clients of [3, 100, 777, 1000]) {
      const bits = bitsFor(clients, 32);
      expect(clients * (2 ** bits - 1)).toBeLessThan(MODULUS);
      expect(bits === 26 || clients * (2 ** (bits + 1) - 1) >= MODULUS).toBe(true);
    }
  });

  test.each([
    [
      "bits and clients that together pass 2^16",
      { clients: 20, groups: [real({ bits: 12, modulusBits: 16 })] },
      /could pass 2\^16: take fewer clients, or 11 bits/,
    ],
    ["counts that pass 2^16", { clients: 20, groups: [{ ...rows, modulusBits: 16 }] }, /could pass 2\^16: .* a maximum of 3276/],
    ["a modulus of another size", { clients: 20, groups: [real({ modulusBits: 24 })] }, /Invalid/],
    [
      "bits and clients that together pass 2^32",
      { clients: 65, groups: [real({ bits: 26 })] },
      /could pass 2\^32: take fewer clients, or 25 bits/,
    ],
    ["counts that together pass 2^32", { clients: 1000, groups: [{ ...rows, max: 5_000_000 }] }, /or a maximum of 4294967/],
    ["a clip range of nothing", { clients: 3, groups: [real({ clip: 0 })] }, /clip/],
    ["a clip range that is not finite", { clients: 3, groups: [real({ clip: Number.POSITIVE_INFINITY })] }, /clip/],
    ["two groups of one name", { clients: 3, groups: [real(), real()] }, /same name/],
    ["more values than there can be", { clients: 3, groups: [real({ length: 2 ** 27 }), rows] }, /values/],
    ["no group", { clients: 3, groups: [] }, /groups/],
  ])("is refused with %s", (_, given, words) => {
    const parsed = vectorLayout.safeParse(given);
    expect(parsed.success ? "it fits" : JSON.stringify(parsed.error.issues)).toMatch(words);
  });

  test("at the border the largest sum is exact", () => {
    const layout = vectorLayout.parse({ clients: 64, groups: [real({ length: 1, bits: 26, clip: 1 })] });
    const all = Array.from({ length: 64 }, () => new Map([["update", [1]]]));
    expect(sumOf(layout, all).get("update")?.[0]).toBe(64);
  });
});
