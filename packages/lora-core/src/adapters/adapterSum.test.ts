import { expect, test } from "vitest";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { adapterLayout, initialAdapter, layoutBytes, layoutOf, layoutOfBytes } from "./adapterLayout.ts";
import { entriesOf } from "./adapterPart.ts";
import { partOf, scaled, splitRanks, stackRanks, withPart } from "./adapterSum.ts";
import { productOf } from "./testing/productOf.ts";
import { thinSvd, truncateRank } from "./thinSvd.ts";

const adapter = (a: number[][], b: number[][]): NamedTensors =>
  new Map([
    ["m.lora_A.weight", { shape: [a.length, a[0]?.length ?? 0], data: Float32Array.from(a.flat()) }],
    ["m.lora_B.weight", { shape: [b.length, b[0]?.length ?? 0], data: Float32Array.from(b.flat()) }],
  ]);
const x = adapter([[1, -2, 0.5]], [[2], [-3]]);
const y = adapter(
  [
    [0.25, 1, -1],
    [3, 0, 2],
  ],
  [
    [1, 4],
    [0.5, -2],
  ],
);

test("a stack is the sum of the products, and splits back into its parts", () => {
  // B A of x: [2, -4, 1], [-3, 6, -1.5]; of y: [0.25 + 12, 1, -1 + 8], [0.125 - 6, 0.5, -0.5 - 4].
  const sum = stackRanks([x, scaled(y, 0.5)]);
  expect(productOf(sum)).toEqual([
    [8.125, -3.5, 4.5],
    [-5.9375, 6.25, -3.75],
  ]);
  const [first, rest] = splitRanks(stackRanks([x, y]), 1);
  expect([first, rest]).toEqual([x, y]);
  expect(splitRanks(x, 1)).toEqual([x, null]);
  expect(() => splitRanks(x, 2)).toThrow(RangeError);
});

test("a blob's length tells the rank of what it holds", () => {
  const layout = layoutOf(x);
  expect(layoutOfBytes(layout, layoutBytes(layoutOf(stackRanks([x, y]))))).toEqual(layoutOf(stackRanks([x, y])));
  expect(layoutOfBytes(entriesOf(layout, "b"), 24)).toEqual([{ key: "m.lora_B.weight", shape: [2, 3] }]);
  expect(() => layoutOfBytes(layout, 24)).toThrow(/24 bytes, expected 20/);
});

test("parts of an adapter: factors, and the last quarter of its modules as the head", () => {
  const names = ["l0", "l1", "l2", "l3", "l4"];
  const linears = names.map((name) => ({ name, inFeatures: 2, outFeatures: 2 }));
  const whole = initialAdapter(adapterLayout(linears, { rank: 1, alpha: 1, dropout: 0, targetModules: names }), 3);
  const modules = (t: NamedTensors) => [...t.keys()].map((key) => key.slice(0, 9));
  expect(modules(partOf(whole, "b"))).toEqual(names.map((name) => `${name}.lora_B`));
  expect(modules(partOf(whole, "head"))).toEqual(["l3.lora_A", "l3.lora_B", "l4.lora_A", "l4.lora_B"]);
  expect(withPart(whole, partOf(whole, "body"))).toEqual(whole);
  expect(partOf(whole, "body").size + partOf(whole, "head").size).toBe(whole.size);
});

test("the thin SVD has numpy's singular values, and its truncation numpy's best approximation", () => {
  const wide = adapter(
    [
      [1, 0, 2, -1, 0.5],
      [0.25, -1, 1, 2, 0],
      [3, 1, -0.5, 0.75, -2],
    ],
    [
      [1, 2, -1],
      [0.5, -1, 3],
      [2, 0.25, 1],
      [-0.75, 1.5, 0.5],
    ],
  );
  const [a, b] = [...wide.values()] as [NonNullable<ReturnType<typeof wide.get>>, NonNullable<ReturnType<typeof wide.get>>];
  const { singular } = thinSvd(b, a);
  for (const [i, expected] of [13.17414983, 6.830286631, 4.752866719].entries()) expect(singular[i]).toBeCloseTo(expected, 7);
  const best = [
    [-1.480869074, -2.914306618, 4.644674397, 1.888799727, 2.610454591],
    [9.277035976, 4.121102569, -1.295544992, -0.760451096, -5.593904694],
    [4.966000475, 0.317748535, 3.020238628, 1.071953377, -1.557151062],
    [1.319559845, -0.128505782, 1.221325992, 0.451624754, -0.251686448],
  ];
  const truncated = productOf(truncateRank(wide, 2));
  for (const [i, row] of best.entries()) for (const [j, value] of row.entries()) expect(truncated[i]?.[j]).toBeCloseTo(value, 5);
  // Ranks that the update does not have are zero in B, and take nothing away.
  const padded = productOf(truncateRank(wide, 6));
  for (const [i, row] of productOf(wide).entries())
    for (const [j, value] of row.entries()) expect(padded[i]?.[j]).toBeCloseTo(value, 5);
});
