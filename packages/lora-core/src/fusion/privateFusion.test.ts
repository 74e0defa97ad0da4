import { expect, test } from "vitest";
import type { ExampleLoss } from "./fusionObjective.ts";
import type { Mix } from "./mix.ts";
import { privateFusion } from "./privateFusion.ts";

const personalOf = (mix: Mix) => (mix.kind === "product" ? mix.weights : mix.weights[0])?.personal ?? Number.NaN;
const loss = (lossSum: number, units = 1): ExampleLoss => ({ lossSum, units });
/** Where most are right: the more personal, the better. */
const lossesOf = async (mix: Mix) => [loss(1 - personalOf(mix)), loss(2 * (1 - personalOf(mix)), 2)];

test("each mix between the two adapters is measured once, and chosen between by the probability of right answers", async () => {
  const asked: (readonly number[])[] = [];
  const found = await privateFusion({ kind: "factor" }, lossesOf, async (utilities) => {
    asked.push(utilities);
    return 1;
  });
  const expected = [1, 0.75, 0.5, 0.25, 0].map((personal) => 2 * Math.exp(personal - 1));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toHaveLength(5);
  for (const [i, utility] of (asked[0] ?? []).entries()) expect(utility).toBeCloseTo(expected[i] ?? Number.NaN, 12);
  expect(found).toEqual({
    mix: { kind: "factor", weights: [{ personal: 0.75, shared: 0.25 }] },
    weights: { personal: 0.75, shared: 0.25 },
    evaluations: 5,
  });
});

test("half of each is taken where no row may be asked", async () => {
  const { mix } = await privateFusion({ kind: "product" }, lossesOf, async () => null);
  expect(mix).toEqual({ kind: "product", weights: { personal: 0.5, shared: 0.5 } });
});

test("no row adds less than nothing or more than one, whatever its loss", async () => {
  const wild = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -3, 0, 1e9];
  await privateFusion(
    { kind: "per-layer" },
    async () => wild.map((lossSum) => loss(lossSum)),
    async (utilities) => {
      expect(utilities).toEqual([1, 1, 1, 1, 1]);
      return 0;
    },
  );
});
