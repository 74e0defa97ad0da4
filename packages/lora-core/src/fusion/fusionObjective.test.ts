import { describe, expect, it } from "vitest";
import type { FusionWeights } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import { counted, type ExampleLoss } from "./fusionObjective.ts";
import type { Mix } from "./mix.ts";
import { searchFusion } from "./searchFusion.ts";

const nats = (probability: number): number => -Math.log(probability);

describe("what a fusion search minimises", () => {
  it("counts the loss as it is, or how often a drawn answer would be wrong", () => {
    const example = { lossSum: nats(0.5) + nats(0.125), units: 2 };
    expect(counted("loss", example)).toEqual(example);
    const { lossSum, units } = counted("error", example);
    expect(lossSum).toBeCloseTo(0.75, 12); // 1 - sqrt(1/2 * 1/8)
    expect(units).toBe(1);
    expect(counted("error", { lossSum: 800, units: 1 }).lossSum).toBe(1);
  });

  it("leaves an adapter that is sure of one error only when it is the loss", async () => {
    // The personal adapter is right about seven of eight, and sure of all; the others know nothing of four answers.
    const lossAt = ({ personal, shared }: FusionWeights, i: number) =>
      personal > 0 ? (i === 0 ? 14 : 0.01) : nats(shared > 0 ? 0.2 : 0.25);
    const losses = (weights: FusionWeights): ExampleLoss[] =>
      Array.from({ length: 8 }, (_, i) => ({ lossSum: lossAt(weights, i), units: 1 }));
    const lossesOf = async (mix: Mix) => losses(mix.kind === "product" ? mix.weights : (mix.weights[0] as FusionWeights));
    const config: FusionConfig = { kind: "factor", objective: "error", maxEvaluations: 4, l1: 0.05, confidence: 0, bound: 1.5 };
    expect((await searchFusion(config, lossesOf)).weights.personal).toBeGreaterThan(0);
    expect((await searchFusion({ ...config, objective: "loss" }, lossesOf)).weights).toEqual({ personal: 0, shared: 0 });
  });
});
