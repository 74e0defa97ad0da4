import { random } from "@duet/lora-core/tensors/random";
import { expect, it } from "vitest";
import { mean } from "../experiment/statistics/interval.ts";
import { bootstrapped, membershipOf, type Target } from "./membership.ts";

const ROWS = 120;
const SEEDS = [1, 2, 3, 4, 5];

/** Rows differ in how hard they are far more than members differ from strangers: what a likelihood ratio is for. */
function targets(gain: number): readonly Target[] {
  const uniform = random(7, "losses", gain);
  const hard = Array.from({ length: ROWS }, () => 0.2 + 4 * uniform());
  return SEEDS.map((seed) => {
    const members = new Set(Array.from({ length: ROWS }, (_, row) => row).filter(() => uniform() < 0.5));
    const losses = hard.map((loss, row) => loss * (members.has(row) ? 1 - gain : 1) + 0.02 * uniform());
    return { seed, losses, members, strangers: [...losses.keys()].filter((row) => !members.has(row)) };
  });
}

it("a ratio finds members that a threshold cannot, since it knows how hard each row is", () => {
  const threshold = membershipOf(targets(0.1), "threshold");
  const ratio = membershipOf(targets(0.1), "ratio");
  expect(threshold.auc).toBeGreaterThan(0.45);
  expect(threshold.auc).toBeLessThan(0.62);
  expect(ratio.auc).toBeGreaterThan(0.9);
  expect(ratio.interval?.[0]).toBeGreaterThan(threshold.interval?.[1] ?? 1);
});

it("where members gain nothing, nothing is found", () => {
  for (const attack of ["threshold", "ratio"] as const) {
    const { auc, found, foundInterval } = membershipOf(targets(0), attack);
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.06);
    expect(found).toBeLessThan(0.05);
    expect(foundInterval?.[0]).toBeLessThanOrEqual(found);
    expect(foundInterval?.[1]).toBeGreaterThanOrEqual(found);
  }
});

it("an interval needs three values, holds their mean, and is the same each time", () => {
  expect(bootstrapped([0.4, 0.6], mean)).toBeNull();
  const [low = 1, high = 0] = bootstrapped([0.5, 0.6, 0.55, 0.7, 0.65], mean) ?? [];
  expect(low).toBeGreaterThan(0.5);
  expect(low).toBeLessThan(0.6);
  expect(high).toBeGreaterThan(0.6);
  expect(bootstrapped([0.5, 0.6, 0.55, 0.7, 0.65], mean)).toEqual([low, high]);
});

it("a threshold of how far losses fell finds members whose losses alone hide them", () => {
  // Two hard rows were trained on, two easy ones were not.
  const target = { seed: 1, losses: [4.9, 1.05, 3.9, 2.05], members: new Set([0, 2]), strangers: [1, 3] };
  expect(membershipOf([target], "threshold").auc).toBe(0);
  expect(membershipOf([{ ...target, before: [5, 1, 4, 2] }], "threshold").auc).toBe(1);
});
