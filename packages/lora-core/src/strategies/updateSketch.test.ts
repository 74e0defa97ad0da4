import { describe, expect, it } from "vitest";
import { adapterLayout } from "../adapters/adapterLayout.ts";
import { stackRanks } from "../adapters/adapterSum.ts";
import { type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import { normal, random } from "../tensors/random.ts";
import { aggregationError, errorBetween, estimatedErrorBetween, MAX_EXACT_RANK } from "./aggregationError.ts";
import { methodOf } from "./registry.ts";
import type { Contribution } from "./strategy.ts";
import { sketchOf, squaredNormOf } from "./updateSketch.ts";

const modules = [
  { name: "wide", inFeatures: 300, outFeatures: 40 },
  { name: "high", inFeatures: 90, outFeatures: 130 },
];
const layoutOfRank = (rank: number) =>
  adapterLayout(modules, { rank, alpha: 8, dropout: 0, targetModules: modules.map(({ name }) => name) });

/** Normal factors; always the same for the same labels. */
function adapter(rank: number, size: number, ...labels: (string | number)[]): NamedTensors {
  const draw = random(23, ...labels);
  return new Map(
    layoutOfRank(rank).map(({ key, shape }): [string, HostTensor] => {
      const data = Float32Array.from({ length: sizeOf(shape) }, () => size * normal(draw));
      return [key, { shape, data }];
    }),
  );
}

describe("the sketch of an update", () => {
  it("is that of the sum when updates are given one by one", () => {
    const parts = [adapter(2, 0.3, "a"), adapter(5, 0.1, "b"), adapter(1, 0.4, "c")];
    const whole = sketchOf([stackRanks(parts)], 64);
    for (const [module, sketch] of sketchOf(parts, 64)) {
      for (const [i, value] of sketch.entries()) expect(value).toBeCloseTo(whole.get(module)?.[i] ?? Number.NaN, 10);
    }
    expect(sketchOf(parts, 64)).toEqual(sketchOf(parts, 64));
  });

  it.each([64, 12])("has the norm within four of its standard deviations from %i directions, of one rank and of many", (m) => {
    for (let i = 0; i < 40; i++) {
      for (const [rank, spread] of [
        [1, 1],
        [16, 10],
      ] as const) {
        const [a, b] = [adapter(rank, 0.2, "x", i), adapter(rank, 0.2, "y", i)];
        const exact = errorBetween(a, b)?.overall ?? Number.NaN;
        const estimate = estimatedErrorBetween([a], b, m)?.overall ?? Number.NaN;
        expect(Math.abs(estimate / exact - 1)).toBeLessThan(4 / Math.sqrt(2 * m * spread));
      }
    }
  });

  it("is unbiased: over many updates the estimates of the squared norm have the exact mean", () => {
    const count = 200;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const x = adapter(1, 0.2, "unbiased", i);
      const estimate = [...sketchOf([x], 64).values()].reduce((total, part) => total + squaredNormOf(64, part), 0);
      sum += estimate / squareOfRankOne(x);
    }
    // One estimate is off by 18 % at most (one standard deviation), so the mean of 200 by 1.3 %.
    expect(Math.abs(sum / count - 1)).toBeLessThan(0.04);
  });
});

/** |b a^T|_F^2 = |b|^2 |a|^2, over all modules. */
function squareOfRankOne(x: NamedTensors): number {
  const square = (key: string) => [...(x.get(key)?.data ?? [])].reduce((total, value) => total + value * value, 0);
  return modules.reduce((sum, { name }) => sum + square(`${name}.lora_A.weight`) * square(`${name}.lora_B.weight`), 0);
}

describe("the aggregation error of many clients", () => {
  const rank = 8;
  const method = methodOf({ id: "fedavg", config: {} });
  const one = { unit: "steps", amount: 2 } as const;
  const plan = method.plan({ local: one, inner: one, rounds: 2 }, { round: 1, isNewcomer: false });
  const start = adapter(rank, 0.1, "start");
  const roundOf = (clients: number) => {
    const contributions: Contribution[] = Array.from({ length: clients }, (_, k) => {
      const tensors = adapter(rank, 0.05, "client", k);
      return { clientId: `c${k}`, sampleCount: 50 + k, tensors };
    });
    const before = method.init(start);
    const after = method.aggregate(before, contributions, 1);
    return { method, plan, rank, before, contributions, after };
  };

  it("is exact up to its limit and estimated beyond it, about as large", () => {
    const most = MAX_EXACT_RANK / rank;
    const [small, large] = [roundOf(most), roundOf(most + 1)];
    const exactOf = ({ contributions, after }: typeof small) => {
      const total = contributions.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
      const updates = contributions.map(({ tensors, sampleCount }) => {
        const own = [...start].map(([key, { shape, data }]): [string, HostTensor] => {
          const weight = key.endsWith("lora_B.weight") ? sampleCount / total : 1;
          return [key, { shape, data: data.map((value, i) => weight * (value - (tensors.get(key)?.data[i] ?? 0))) }];
        });
        return new Map(own);
      });
      return errorBetween(stackRanks(updates), after.shared)?.overall ?? Number.NaN;
    };
    expect(aggregationError(small)?.overall).toBeCloseTo(exactOf(small), 5);
    const [estimate, exact] = [aggregationError(large)?.overall ?? Number.NaN, exactOf(large)];
    expect(estimate).not.toBeCloseTo(exact, 6);
    expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.09);
    expect(aggregationError(large)).toEqual(aggregationError(large));
    expect(aggregationError(large)?.modules.map(({ module }) => module)).toEqual(["wide", "high"]);
  });

  it("sees each of many contributions once, and keeps none", () => {
    const { contributions, ...round } = roundOf(80);
    const buffer = new Map([...start].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]));
    let reads = 0;
    const oneBuffer = contributions.map(({ clientId, sampleCount, tensors }) => ({
      clientId,
      sampleCount,
      get tensors() {
        reads += 1;
        for (const [key, { data }] of tensors) buffer.get(key)?.data.set(data);
        return buffer;
      },
    }));
    expect(aggregationError({ ...round, contributions: oneBuffer })).toEqual(aggregationError({ ...round, contributions }));
    expect(reads).toBe(80);
  });
});
