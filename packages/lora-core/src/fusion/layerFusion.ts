/**
 * Fusion layer by layer: one pair of weights for all layers first, then each third of the adapted modules may turn to the personal
 * or to the shared adapter alone. Differs from paper: ours; the paper has one pair.
 */
import { adaFusion, type FusionWeights, isBetter, meanLoss } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import type { ExampleLoss } from "./fusionObjective.ts";
import type { Mix } from "./mix.ts";

const GROUPS = 3;
const TURNS: readonly FusionWeights[] = [
  { personal: 1, shared: 0 },
  { personal: 0, shared: 1 },
];
/** Evaluations of the first search at least: its anchors. */
const FEWEST = 4;

/** A pair for each third. Never worse on the fusion rows than the one pair it starts from. Stays within `maxEvaluations`. */
export async function refineLayers(
  config: FusionConfig,
  lossesOf: (mix: Mix) => Promise<readonly ExampleLoss[]>,
): Promise<readonly FusionWeights[]> {
  const maxEvaluations = Math.max(FEWEST, config.maxEvaluations - GROUPS * TURNS.length);
  const lossesAt = (weights: readonly FusionWeights[]) => lossesOf({ kind: "factor", weights });
  const everywhere = (pair: FusionWeights) => Array.from({ length: GROUPS }, () => pair);
  const first = await adaFusion((pair) => lossesAt(everywhere(pair)), { ...config, maxEvaluations });
  let weights: readonly FusionWeights[] = everywhere(first.weights);
  let { examples, evaluations } = first;
  for (let group = 0; group < GROUPS; group++) {
    for (const turn of TURNS) {
      if (evaluations >= config.maxEvaluations) break;
      const candidate = weights.with(group, turn);
      const losses = await lossesAt(candidate);
      evaluations++;
      if (meanLoss(losses) >= meanLoss(examples) || !isBetter(losses, examples, config.confidence)) continue;
      weights = candidate;
      examples = losses;
    }
  }
  return weights;
}
