/**
 * The weights of the fusion where rows are private: one choice among five mixes of the two adapters, by the fusion rows.
 *
 * Differs from paper: AdaFusion's search would pay for every answer it gets. Each row counts with the probability of its right answer, between
 * 0 and 1, whatever the method minimises, because a loss has no bound; there is no penalty.
 */
import type { FusionWeights } from "./adaFusion.ts";
import type { FusionConfig } from "./fusionConfig.ts";
import { counted, type ExampleLoss } from "./fusionObjective.ts";
import type { Mix } from "./mix.ts";
import type { FoundMix } from "./searchFusion.ts";

const EQUAL: FusionWeights = { personal: 0.5, shared: 0.5 };
const CANDIDATES: readonly FusionWeights[] = [
  { personal: 1, shared: 0 },
  { personal: 0.75, shared: 0.25 },
  EQUAL,
  { personal: 0.25, shared: 0.75 },
  { personal: 0, shared: 1 },
];

/** The place of the chosen of these sums over rows of numbers in [0, 1]; null where rows may not be asked any more. */
export type ChoosePrivately = (utilities: readonly number[]) => Promise<number | null>;

/** `lossesOf` scores a candidate on the client's fusion rows. Half of each is taken where nothing may be chosen. */
export async function privateFusion(
  { kind }: Pick<FusionConfig, "kind">,
  lossesOf: (mix: Mix) => Promise<readonly ExampleLoss[]>,
  choose: ChoosePrivately,
): Promise<FoundMix> {
  const mixes = CANDIDATES.map(
    (weights): Mix => (kind === "product" ? { kind, weights } : { kind: "factor", weights: [weights] }),
  );
  const utilities: number[] = [];
  for (const mix of mixes) utilities.push(utilityOf(await lossesOf(mix)));
  const place = (await choose(utilities)) ?? CANDIDATES.indexOf(EQUAL);
  const [mix, weights] = [mixes[place], CANDIDATES[place]];
  if (!mix || !weights) throw new RangeError(`There is no mix ${place}`);
  return { mix, weights, evaluations: mixes.length };
}

/** How many answers drawn from the model are expected to be right; a loss that is not finite is a wrong answer. */
function utilityOf(losses: readonly ExampleLoss[]): number {
  const right = losses.map((example) => 1 - counted("error", example).lossSum);
  return right.reduce((sum, share) => sum + (share >= 0 && share <= 1 ? share : 0), 0);
}
