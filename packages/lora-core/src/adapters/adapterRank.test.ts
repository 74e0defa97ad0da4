import fc from "fast-check";
import { expect, test } from "vitest";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { normal, random } from "../tensors/random.ts";
import { adapterScale, hasSameScale } from "./adapterConfig.ts";
import { adapterLayout, initialAdapter, layoutOf, layoutOfRank, PROTOTYPES_KEY } from "./adapterLayout.ts";
import { adapterOfRank, firstRanks, paddedTo, withRest } from "./adapterRank.ts";
import { splitRanks } from "./adapterSum.ts";
import { productOf } from "./testing/productOf.ts";

const linears = [
  { name: "l0", inFeatures: 5, outFeatures: 3 },
  { name: "l1", inFeatures: 2, outFeatures: 6 },
];
const config = (rank: number) => ({ rank, alpha: 16, dropout: 0, targetModules: ["l0", "l1"] });
const filled = (adapter: NamedTensors, seed: number): NamedTensors => {
  const draw = random(seed, "adapterRank");
  return new Map([...adapter].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => normal(draw)) }]));
};
const ranks = fc
  .integer({ min: 1, max: 9 })
  .chain((rank) => fc.tuple(fc.constant(rank), fc.integer({ min: 1, max: rank }), fc.nat()));
const adapterOf = (rank: number, seed: number) => filled(initialAdapter(adapterLayout(linears, config(rank)), 1), seed);

test("an adapter is its first ranks and the rest, and the update is the sum of both", () => {
  fc.assert(
    fc.property(ranks, ([rank, own, seed]) => {
      const adapter = adapterOf(rank, seed);
      const first = firstRanks(adapter, own);
      expect(layoutOf(first)).toEqual(layoutOfRank(layoutOf(adapter), own));
      expect(withRest(first, adapter)).toEqual(adapter);
      expect(firstRanks(withRest(adapterOf(own, seed + 1), adapter), own)).toEqual(adapterOf(own, seed + 1));
      const rest = linearCombination([1, -1], [adapter, paddedTo(first, layoutOf(adapter))]);
      const [a, b, sum] = [first, rest, adapter].map(productOf);
      for (const [i, row] of (sum ?? []).entries())
        for (const [j, value] of row.entries()) expect((a?.[i]?.[j] ?? 0) + (b?.[i]?.[j] ?? 0)).toBeCloseTo(value, 4);
    }),
  );
});

test("a client's seeded start is the first ranks of everybody's, and its scale is theirs", () => {
  fc.assert(
    fc.property(ranks, ([rank, own, seed]) => {
      const whole = config(rank);
      const small = adapterOfRank(whole, own);
      expect(initialAdapter(adapterLayout(linears, small), seed)).toEqual(
        firstRanks(initialAdapter(adapterLayout(linears, whole), seed), own),
      );
      expect(adapterScale(small)).toBeCloseTo(adapterScale(whole), 12);
    }),
  );
  expect(adapterOfRank(config(8), 8)).toEqual(config(8));
  expect(adapterOfRank(config(8), 2)).toEqual({ ...config(2), alpha: 4 });
});

test("a scale is the same through the rounding of an alpha, and another one is told apart", () => {
  const whole = config(20);
  const small = adapterOfRank(whole, 6);
  expect(adapterScale(small)).not.toBe(adapterScale(whole));
  expect(hasSameScale(small, whole)).toBe(true);
  expect(hasSameScale({ ...small, alpha: small.alpha * 1.0001 }, whole)).toBe(false);
});

test("label vectors have no rank", () => {
  const adapter = adapterOf(4, 3);
  const labels = { shape: [7, 5], data: Float32Array.from({ length: 35 }, (_, i) => i) };
  const labelled = new Map([...adapter, [PROTOTYPES_KEY, labels] as const]);
  const first = firstRanks(labelled, 2);
  expect(first.get(PROTOTYPES_KEY)).toBe(labels);
  const moved = { shape: [7, 5], data: labels.data.map((value) => -value) };
  const sent = new Map([...first, [PROTOTYPES_KEY, moved] as const]);
  expect(withRest(sent, labelled).get(PROTOTYPES_KEY)).toBe(moved);
  expect(paddedTo(sent, layoutOf(labelled)).get(PROTOTYPES_KEY)).toBe(moved);
});

test("one factor alone is widened as both are; what is no part of the whole is refused", () => {
  const adapter = adapterOf(3, 5);
  const onlyB = new Map([...firstRanks(adapter, 2)].filter(([key]) => key.includes("lora_B")));
  expect(withRest(onlyB, adapter)).toEqual(new Map([...adapter].filter(([key]) => key.includes("lora_B"))));
  expect(() => withRest(adapter, firstRanks(adapter, 2))).toThrow(/no part of/);
  expect(() => paddedTo(adapter, layoutOf(onlyB))).toThrow(/is missing/);
  expect(() => splitRanks(firstRanks(adapter, 2), 3)).toThrow(RangeError);
});
