import { describe, expect, it } from "vitest";
import type { FusionWeights } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import { refineLayers } from "./layerFusion.ts";
import type { Mix } from "./mix.ts";

const config: FusionConfig = { kind: "per-layer", objective: "loss", maxEvaluations: 10, l1: 0, confidence: 0, bound: 1.5 };

/** Every third is best at its own pair; what was asked for is kept. */
function landscape(wanted: readonly FusionWeights[]) {
  const asked: (readonly FusionWeights[])[] = [];
  const lossesOf = async (mix: Mix) => {
    if (mix.kind !== "factor") throw new Error("layers are mixed factor by factor");
    asked.push(mix.weights);
    const lossSum = mix.weights.reduce(
      (sum, { personal, shared }, i) =>
        sum + (personal - (wanted[i]?.personal ?? 0)) ** 2 + (shared - (wanted[i]?.shared ?? 0)) ** 2,
      1,
    );
    return [{ lossSum, units: 1 }];
  };
  return { asked, lossesOf };
}

const OWN = { personal: 1, shared: 0 };
const THEIRS = { personal: 0, shared: 1 };

describe("fusion by thirds of the layers", () => {
  it("looks at four anchors, then lets each third turn to either adapter, and no further", async () => {
    const { asked, lossesOf } = landscape([OWN, THEIRS, THEIRS]);
    expect(await refineLayers(config, lossesOf)).toEqual([OWN, THEIRS, THEIRS]);
    expect(asked).toHaveLength(10);
    expect(asked.slice(0, 4).map(([first]) => first)).toEqual([
      OWN,
      THEIRS,
      { personal: 0.5, shared: 0.5 },
      { personal: 0, shared: 0 },
    ]);
  });

  it("searches one pair with what the turns leave", async () => {
    const { asked, lossesOf } = landscape([OWN, THEIRS, THEIRS]);
    await refineLayers({ ...config, maxEvaluations: 30 }, lossesOf);
    expect(asked.filter((weights) => weights.every((pair) => pair === weights[0]))).toHaveLength(24);
    expect(asked).toHaveLength(30);
  });

  it("stops in the middle of its turns when its evaluations are spent", async () => {
    const { asked, lossesOf } = landscape([OWN, THEIRS, OWN]);
    const half = { personal: 0.5, shared: 0.5 };
    expect(await refineLayers({ ...config, maxEvaluations: 7 }, lossesOf)).toEqual([OWN, half, half]);
    expect(asked).toHaveLength(7);
  });

  it("does not turn for what is no better", async () => {
    const half = { personal: 0.5, shared: 0.5 };
    const { lossesOf } = landscape([half, half, half]);
    expect(await refineLayers(config, lossesOf)).toEqual([half, half, half]);
    expect(await refineLayers(config, async () => [{ lossSum: 1, units: 1 }])).toEqual([OWN, OWN, OWN]);
  });
});
