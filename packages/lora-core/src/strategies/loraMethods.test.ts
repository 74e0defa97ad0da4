/** The LoRA line by hand: what each makes of the same two clients with rank-1 adapters. */
import { describe, expect, it } from "vitest";
import { splitRanks } from "../adapters/adapterSum.ts";
import { productOf } from "../adapters/testing/productOf.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { budgets, tensors, values } from "./conformance.ts";
import { fedAlt } from "./fedAlt.ts";
import { fedEx } from "./fedEx.ts";
import { fedSa } from "./fedSa.ts";
import { ffaLora } from "./ffaLora.ts";
import { flexLora } from "./flexLora.ts";
import { flora } from "./flora.ts";
import { roLora } from "./roLora.ts";
import type { Contribution } from "./strategy.ts";

const start = tensors([0.5, -1], [0, 0]);
// B A: [2, 4; -1, -2] and [-2, 1; 6, -3]; with 1/4 and 3/4: [-1, 1.75; 4.25, -2.75].
const x = tensors([1, 2], [2, -1]);
const y = tensors([-2, 1], [1, -3]);
const two: Contribution[] = [
  { clientId: "a", sampleCount: 10, tensors: x },
  { clientId: "b", sampleCount: 30, tensors: y },
];
const mean = [
  [-1, 1.75],
  [4.25, -2.75],
];

const expectProduct = (adapter: NamedTensors, expected: number[][], digits = 5) => {
  const found = productOf(adapter);
  for (const [i, row] of expected.entries())
    for (const [j, value] of row.entries()) expect(found[i]?.[j]).toBeCloseTo(value, digits);
};

const only = (adapter: NamedTensors, factor: string) => new Map([...adapter].filter(([key]) => key.includes(factor)));

describe("exact aggregation", () => {
  it("FLoRA stacks: the next start is fresh, and what is merged is the mean of the products", () => {
    const config = flora.presets.standard ?? { maxRank: 1 };
    const once = flora.aggregate(flora.init(start, config), two, config, 1);
    const [fresh, merged] = splitRanks(once.shared, 1);
    expect(values(fresh)).toEqual(values(start));
    expectProduct(merged ?? start, mean);
    // A second round with one client adds its product: [2, 4; -1, -2].
    const twice = flora.aggregate(once, [two[0] as Contribution], config, 2);
    expectProduct(twice.shared, [
      [1, 5.75],
      [3.25, -4.75],
    ]);
    // Matrices of 2 x 2 have two ranks, so nothing is lost by keeping two of three.
    expect([...twice.shared.values()][0]?.shape).toEqual([3, 2]);
  });

  it("FLoRA merges an adapter that had learned before the federation once, and starts afresh", () => {
    const config = flora.presets.standard ?? { maxRank: 1 };
    const [fresh, merged] = splitRanks(flora.init(x, config).shared, 1);
    expect(values(fresh)).toEqual([1, 2, 0, 0]);
    expect(merged).toEqual(x);
  });

  it("FLoRA keeps the nearest update where it may not grow", () => {
    const narrow = { maxRank: 1 };
    const [, merged] = splitRanks(flora.aggregate(flora.init(start, narrow), two, narrow, 1).shared, 1);
    // numpy: the rank-1 part of [-1, 1.75; 4.25, -2.75], with singular values 5.378 and 0.872.
    expectProduct(
      merged ?? start,
      [
        [-1.48459, 1.08995],
        [4.07338, -2.99056],
      ],
      4,
    );
  });

  it("FedEx-LoRA averages the factors and adds what that loses", () => {
    const config = fedEx.presets.standard ?? { maxRank: 1 };
    const { shared } = fedEx.aggregate(fedEx.init(start, config), two, config, 1);
    const [average, residual] = splitRanks(shared, 1);
    // A: (1 - 6) / 4, (2 + 3) / 4; B: (2 + 3) / 4, (-1 - 9) / 4.
    expect(values(average)).toEqual([-1.25, 1.25, 1.25, -2.5]);
    // Mean minus B' A' = [-1.5625, 1.5625; 3.125, -3.125].
    expectProduct(residual ?? start, [
      [0.5625, 0.1875],
      [1.125, 0.375],
    ]);
    expectProduct(shared, mean);
  });
});

describe("one factor at a time", () => {
  it("FFA-LoRA averages B and leaves A at its start", () => {
    const sent = two.map((contribution) => ({ ...contribution, tensors: only(contribution.tensors, "lora_B") }));
    // 0 - (2 + 3) / 4 and 0 - (-1 - 9) / 4: what is sent is received minus learned.
    expect(values(ffaLora.aggregate(ffaLora.init(start, {}), sent, {}, 1).shared)).toEqual([0.5, -1, -1.25, 2.5]);
  });

  it("FedSA-LoRA averages A and knows no B", () => {
    const sent = two.map((contribution) => ({ ...contribution, tensors: only(contribution.tensors, "lora_A") }));
    expect(values(fedSa.aggregate(fedSa.init(start, {}), sent, {}, 1).shared)).toEqual([1.75, -2.25, 0, 0]);
  });

  it("RoLoRA takes turns, B first, and sends only what moved", () => {
    const parts = [1, 2, 3].map((round) => {
      const { steps, upload, receive } = roLora.plan({}, budgets, { round, isNewcomer: false });
      return [steps[0]?.kind === "train" ? steps[0].part : null, upload?.part, receive?.part];
    });
    expect(parts).toEqual([
      ["b", "b", "all"],
      ["a", "a", "all"],
      ["b", "b", "all"],
    ]);
  });
});

it("FlexLoRA takes the best rank-1 adapter of the mean product", () => {
  const { shared } = flexLora.aggregate(flexLora.init(start, {}), two, {}, 1);
  expectProduct(
    shared,
    [
      [-1.48459, 1.08995],
      [4.07338, -2.99056],
    ],
    4,
  );
});

it("FedALT gives everyone the mean of the others' newest adapters", () => {
  const config = fedAlt.presets.standard;
  if (!config) throw new Error("FedALT has no preset");
  const once = fedAlt.aggregate(fedAlt.init(start, config), two, config, 1);
  expect(values(fedAlt.download?.(once, "a", config) ?? start)).toEqual(values(y));
  const third = { clientId: "c", sampleCount: 5, tensors: tensors([4, 0], [1, 1]) };
  const twice = fedAlt.aggregate(once, [third], config, 2);
  // c missed round 1, a and b round 2: for a, (y + c) / 2.
  expect(values(fedAlt.download?.(twice, "a", config) ?? start)).toEqual([1, 0.5, 1, -1]);
  expect(values(fedAlt.download?.(twice, "unknown", config) ?? start)).toEqual([4, 0, 1, 1]);
});
