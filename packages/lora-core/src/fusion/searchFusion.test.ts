import { describe, expect, it } from "vitest";
import { productOf } from "../adapters/testing/productOf.ts";
import { tensors } from "../strategies/conformance.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import type { ExampleLoss } from "./fusionObjective.ts";
import { mixed } from "./mix.ts";
import { searchFusion } from "./searchFusion.ts";

const config: FusionConfig = { kind: "factor", objective: "loss", maxEvaluations: 60, l1: 0, confidence: 0, bound: 1.5 };

/** Loss: squared distance of an adapter's first update to w1 B_p A_p + w2 B_s A_s. */
const personal = tensors([1, 2], [2, -1]);
const shared = tensors([-2, 1], [1, -3]);
const target = productOf(personal).map((row, i) => row.map((value, j) => 0.9 * value + 0.3 * (productOf(shared)[i]?.[j] ?? 0)));
const distance = async (adapter: NamedTensors) => [
  {
    lossSum: productOf(adapter).reduce((sum, row, i) => row.reduce((s, x, j) => s + (x - (target[i]?.[j] ?? 0)) ** 2, sum), 0),
    units: 1,
  },
];

/** The found adapter beside what the search says of it. */
async function search(
  own: NamedTensors,
  theirs: NamedTensors,
  options: FusionConfig,
  lossesOf: (adapter: NamedTensors) => Promise<readonly ExampleLoss[]>,
) {
  const found = await searchFusion(options, (mix) => lossesOf(mixed(own, theirs, mix)));
  return { ...found, adapter: mixed(own, theirs, found.mix) };
}

describe("the kinds of fusion", () => {
  it("product finds a mix of the updates, which mixing the factors cannot reach", async () => {
    const product = await search(personal, shared, { ...config, kind: "product" }, distance);
    expect(product.weights.personal).toBeCloseTo(0.9, 1);
    expect(product.weights.shared).toBeCloseTo(0.3, 1);
    expect((await distance(product.adapter))[0]?.lossSum).toBeLessThan(0.05);
    const factor = await search(personal, shared, config, distance);
    expect((await distance(factor.adapter))[0]?.lossSum).toBeGreaterThan(0.5);
    expect([product.mix.kind, factor.mix.kind]).toEqual(["product", "factor"]);
    expect([...factor.adapter.values()][0]?.shape).toEqual([1, 2]);
    expect([...product.adapter.values()][0]?.shape).toEqual([2, 2]);
  });

  it("per-layer turns each third of the layers to the adapter that is better there, within its evaluations", async () => {
    const layers = (values: readonly number[]): NamedTensors =>
      new Map(
        values.flatMap((value, i): [string, HostTensor][] => [
          [`l${i}.lora_A.weight`, { shape: [1, 1], data: Float32Array.of(value) }],
          [`l${i}.lora_B.weight`, { shape: [1, 1], data: Float32Array.of(1) }],
        ]),
      );
    const own = layers([1, 1, 1]);
    const theirs = layers([-1, -1, -1]);
    const wanted = [1, -1, -1];
    let evaluations = 0;
    const lossesOf = async (adapter: NamedTensors) => {
      evaluations++;
      const found = [0, 1, 2].map(
        (i) => (adapter.get(`l${i}.lora_A.weight`)?.data[0] ?? 0) * (adapter.get(`l${i}.lora_B.weight`)?.data[0] ?? 0),
      );
      return [{ lossSum: found.reduce((sum, x, i) => sum + (x - (wanted[i] ?? 0)) ** 2, 0), units: 1 }];
    };
    const fused = await search(own, theirs, { ...config, kind: "per-layer", maxEvaluations: 30 }, lossesOf);
    expect([0, 1, 2].map((i) => fused.adapter.get(`l${i}.lora_A.weight`)?.data[0])).toEqual(wanted);
    expect(fused.weights.personal).toBeCloseTo(1 / 3, 5);
    expect(fused.weights.shared).toBeCloseTo(2 / 3, 5);
    expect(fused.evaluations).toBe(evaluations);
    expect(evaluations).toBeLessThanOrEqual(30);
  });

  it("scores no candidate twice: where the personal adapter is best everywhere, its turns are known already", async () => {
    const seen: string[] = [];
    const { mix, evaluations } = await searchFusion({ ...config, kind: "per-layer", maxEvaluations: 10 }, async (candidate) => {
      seen.push(JSON.stringify(candidate.weights));
      const pairs = candidate.kind === "factor" ? candidate.weights : [candidate.weights];
      return [{ lossSum: pairs.reduce((sum, pair) => sum + (1 - pair.personal) ** 2 + pair.shared ** 2, 0), units: 1 }];
    });
    expect(mix).toEqual({ kind: "factor", weights: Array(3).fill({ personal: 1, shared: 0 }) });
    // Four anchors, and each third turned to the shared adapter.
    expect(evaluations).toBe(7);
    expect(seen).toHaveLength(new Set(seen).size);
  });
});

describe("a mix", () => {
  it("is one of the adapters itself where that is all of it", () => {
    const pair = (own: number, theirs: number) => ({ personal: own, shared: theirs });
    expect(mixed(personal, shared, { kind: "factor", weights: [pair(1, 0), pair(1, 0)] })).toBe(personal);
    expect(mixed(personal, shared, { kind: "factor", weights: [pair(0, 1)] })).toBe(shared);
    expect(mixed(personal, shared, { kind: "product", weights: pair(1, 0) })).toBe(personal);
    expect(mixed(personal, shared, { kind: "factor", weights: [pair(1, 0.5)] })).not.toEqual(personal);
  });
});
