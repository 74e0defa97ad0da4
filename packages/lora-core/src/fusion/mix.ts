/** What a fusion search chooses between: how a personal and a shared adapter become one. Plain numbers, for host and backend alike. */
import { isPrototypes } from "../adapters/adapterLayout.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { type FusionWeights, fuse, sumOf } from "./adaFusion.ts";

export type Mix =
  /** The updates are added, w1 B_p A_p + w2 B_s A_s. */
  | { readonly kind: "product"; readonly weights: FusionWeights }
  /** A and B are mixed separately, with one pair for all modules, or a pair for each of so many equal groups of them in the base's order. */
  | { readonly kind: "factor"; readonly weights: readonly FusionWeights[] };

/** The adapter that a mix is; one of the two itself, where that is all of it. */
export function mixed(personal: NamedTensors, shared: NamedTensors, mix: Mix): NamedTensors {
  const pairs = mix.kind === "product" ? [mix.weights] : mix.weights;
  if (pairs.every((pair) => pair.personal === 1 && pair.shared === 0)) return personal;
  if (pairs.every((pair) => pair.personal === 0 && pair.shared === 1)) return shared;
  const factors = mix.kind === "product" ? sumOf(personal, shared, mix.weights) : mixedFactors(personal, shared, mix.weights);
  const { personal: own, shared: theirs } = labelWeights(mix);
  return new Map(
    [...factors].map(([key, tensor]) => {
      const [one, other] = [personal.get(key), shared.get(key)];
      return [key, isPrototypes(key) && one && other ? weighted(one, own, other, theirs) : tensor];
    }),
  );
}

function mixedFactors(personal: NamedTensors, shared: NamedTensors, weights: readonly FusionWeights[]): NamedTensors {
  const versions = weights.map((pair) => fuse(personal, shared, pair));
  return new Map(
    [...personal].map(([key, own], index) => {
      // A module's two tensors follow each other.
      const group = groupOf(Math.floor(index / 2), personal.size / 2, weights.length);
      return [key, versions[group]?.get(key) ?? own];
    }),
  );
}

/**
 * What label prototypes are mixed with: the mix's weights (those of the last group) as shares of one, or half of each where they have
 * no positive sum.
 *
 * Differs from paper: the paper has no prototypes. Weights say how much of the two updates a row's embedding gets; a base without any
 * still has to know its labels, and prototypes shrunk to nothing are their texts.
 */
export function labelWeights(mix: Mix): FusionWeights {
  const { personal, shared } = mix.kind === "product" ? mix.weights : (mix.weights.at(-1) ?? { personal: 0, shared: 0 });
  const sum = personal + shared;
  return sum > 0 ? { personal: personal / sum, shared: shared / sum } : { personal: 0.5, shared: 0.5 };
}

const weighted = (one: HostTensor, own: number, other: HostTensor, theirs: number): HostTensor => ({
  shape: one.shape,
  data: one.data.map((value, i) => own * value + theirs * (other.data[i] ?? 0)),
});

/** Which of `groups` equal groups of all modules the one at `index` is in. */
export function groupOf(index: number, modules: number, groups: number): number {
  return Math.floor((index * groups) / modules);
}
