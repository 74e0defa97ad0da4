/**
 * Fusion layer by layer: one pair of weights for all layers first, then each third of the adapted modules may turn to the personal
 * or to the shared adapter alone. Differs from paper: ours; the paper has one pair.
 */
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { adaFusion, type ExampleLoss, type FusionWeights, fuse, isBetter, meanLoss } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";

export interface FusedAdapter {
  readonly adapter: NamedTensors;
  /** (w1, w2); per layer, their mean over the layers. */
  readonly weights: FusionWeights;
  readonly evaluations: number;
}

const GROUPS = 3;
const TURNS: readonly FusionWeights[] = [
  { personal: 1, shared: 0 },
  { personal: 0, shared: 1 },
];
/** Evaluations of the first search at least: its anchors. */
const FEWEST = 4;

/** Never worse on the fusion rows than the one pair it starts from. Stays within `maxEvaluations`. */
export async function refineLayers(
  personal: NamedTensors,
  shared: NamedTensors,
  config: FusionConfig,
  lossesOf: (adapter: NamedTensors) => Promise<readonly ExampleLoss[]>,
): Promise<FusedAdapter> {
  const maxEvaluations = Math.max(FEWEST, config.maxEvaluations - GROUPS * TURNS.length);
  const first = await adaFusion((weights) => lossesOf(fuse(personal, shared, weights)), { ...config, maxEvaluations });
  let weights: readonly FusionWeights[] = Array.from({ length: GROUPS }, () => first.weights);
  let { examples, evaluations } = first;
  for (let group = 0; group < GROUPS; group++) {
    for (const turn of TURNS) {
      if (evaluations >= config.maxEvaluations) break;
      const candidate = weights.with(group, turn);
      const losses = await lossesOf(fuseGroups(personal, shared, candidate));
      evaluations++;
      if (meanLoss(losses) >= meanLoss(examples) || !isBetter(losses, examples, config.confidence)) continue;
      weights = candidate;
      examples = losses;
    }
  }
  return { adapter: fuseGroups(personal, shared, weights), weights: meanWeights(weights), evaluations };
}

/** Factor by factor, each third of the modules with weights of its own; tensors come in pairs, modules in the base's order. */
function fuseGroups(personal: NamedTensors, shared: NamedTensors, weights: readonly FusionWeights[]): NamedTensors {
  const modules = personal.size / 2;
  const versions = weights.map((pair) => fuse(personal, shared, pair));
  return new Map(
    [...personal].map(([key, own], index) => {
      const group = Math.floor((Math.floor(index / 2) * weights.length) / modules);
      return [key, versions[group]?.get(key) ?? own];
    }),
  );
}

function meanWeights(weights: readonly FusionWeights[]): FusionWeights {
  const mean = (pick: (pair: FusionWeights) => number) => weights.reduce((sum, pair) => sum + pick(pair), 0) / weights.length;
  return { personal: mean(({ personal }) => personal), shared: mean(({ shared }) => shared) };
}
