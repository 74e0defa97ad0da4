/** What a fusion search chooses between: how a personal and a shared adapter become one. Plain numbers, for host and backend alike. */
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { type FusionWeights, fuse, sumOf } from "./adaFusion.ts";

export type Mix =
  /** The updates are added, w1 B_p A_p + w2 B_s A_s. */
  | { readonly kind: "product"; readonly weights: FusionWeights }
  /** A and B are mixed separately, with one pair for all modules, or a pair for each of so many equal groups of them in the base's order. */
  | { readonly kind: "factor"; readonly weights: readonly FusionWeights[] };

/** The adapter that a mix is; one of the two itself, where that is all of it. */
export function mixed(personal: NamedTensors, shared: NamedTensors, mix: Mix): NamedTensors {
  if (mix.kind === "product") return sumOf(personal, shared, mix.weights);
  const { weights } = mix;
  if (weights.every((pair) => pair.personal === 1 && pair.shared === 0)) return personal;
  if (weights.every((pair) => pair.personal === 0 && pair.shared === 1)) return shared;
  const versions = weights.map((pair) => fuse(personal, shared, pair));
  return new Map(
    [...personal].map(([key, own], index) => {
      // A module's two tensors follow each other.
      const group = groupOf(Math.floor(index / 2), personal.size / 2, weights.length);
      return [key, versions[group]?.get(key) ?? own];
    }),
  );
}

/** Which of `groups` equal groups of all modules the one at `index` is in. */
export function groupOf(index: number, modules: number, groups: number): number {
  return Math.floor((index * groups) / modules);
}
