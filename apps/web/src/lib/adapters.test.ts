import { expect, test } from "vitest";
import { comparable } from "./adapters.ts";

const accuracy = { base: 0.2, personal: 0.8, shared: 0.7, fused: 0.8 };
const search = { evaluations: 0, forwardTokens: 0, seconds: 0 };

test("what is served as it is does not stand beside itself; a mix stands beside both", () => {
  expect(comparable({ accuracy, fusion: { personal: 1, shared: 0, ...search } })).toEqual({ ...accuracy, fused: null });
  expect(comparable({ accuracy, fusion: { personal: 0, shared: 1, ...search } })).toEqual({ ...accuracy, fused: null });
  for (const [personal, shared] of [
    [0.5, 0.5],
    [1, 1],
    [0, 0],
    [0.9, 0],
  ] as const) {
    expect(comparable({ accuracy, fusion: { personal, shared, ...search } })).toEqual(accuracy);
  }
  expect(comparable({ accuracy, fusion: null })).toEqual(accuracy);
});
