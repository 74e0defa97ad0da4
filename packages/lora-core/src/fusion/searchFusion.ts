/** One search of fusion weights in the kind the method asks for: factors, products, or factors layer by layer. */
import { adaFusion, type FusionWeights } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import { counted, type ExampleLoss } from "./fusionObjective.ts";
import { refineLayers } from "./layerFusion.ts";
import type { Mix } from "./mix.ts";

export interface FoundMix {
  readonly mix: Mix;
  /** (w1, w2); per layer, their mean over the layers. */
  readonly weights: FusionWeights;
  /** Candidates that were scored; one that comes again is not. */
  readonly evaluations: number;
}

/**
 * Searches with AdaFusion; `lossesOf` scores a candidate on the client's fusion rows.
 * @throws {RangeError} when no anchor has a finite loss.
 */
export async function searchFusion(
  config: FusionConfig,
  lossesOf: (mix: Mix) => Promise<readonly ExampleLoss[]>,
): Promise<FoundMix> {
  const known = new Map<string, readonly ExampleLoss[]>();
  const lossesOnce = async (mix: Mix) => {
    const key = JSON.stringify(mix);
    const losses = known.get(key) ?? (await lossesOf(mix)).map((example) => counted(config.objective, example));
    known.set(key, losses);
    return losses;
  };
  if (config.kind === "per-layer") {
    const weights = await refineLayers(config, lossesOnce);
    return { mix: { kind: "factor", weights }, weights: mean(weights), evaluations: known.size };
  }
  const mixAt = (weights: FusionWeights): Mix =>
    config.kind === "product" ? { kind: "product", weights } : { kind: "factor", weights: [weights] };
  const { weights } = await adaFusion((at) => lossesOnce(mixAt(at)), config);
  return { mix: mixAt(weights), weights, evaluations: known.size };
}

function mean(weights: readonly FusionWeights[]): FusionWeights {
  const of = (pick: (pair: FusionWeights) => number) => weights.reduce((sum, pair) => sum + pick(pair), 0) / weights.length;
  return { personal: of(({ personal }) => personal), shared: of(({ shared }) => shared) };
}
