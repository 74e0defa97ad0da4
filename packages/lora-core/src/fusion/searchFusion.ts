/** One search of fusion weights in the kind the method asks for: factors, products, or factors layer by layer. */
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { adaFusion, type ExampleLoss, type FusionWeights, fuse, sumOf } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import { type FusedAdapter, refineLayers } from "./layerFusion.ts";

/**
 * Searches with AdaFusion; `lossesOf` scores a candidate on the client's fusion rows.
 * @throws {RangeError} when no anchor has a finite loss.
 */
export async function searchFusion(
  personal: NamedTensors,
  shared: NamedTensors,
  config: FusionConfig,
  lossesOf: (adapter: NamedTensors) => Promise<readonly ExampleLoss[]>,
): Promise<FusedAdapter> {
  const combine = config.kind === "product" ? sumOf : fuse;
  const lossesAt = (weights: FusionWeights) => lossesOf(combine(personal, shared, weights));
  if (config.kind !== "per-layer") {
    const { weights, evaluations } = await adaFusion(lossesAt, config);
    return { adapter: combine(personal, shared, weights), weights, evaluations };
  }
  return refineLayers(personal, shared, config, lossesOf);
}
