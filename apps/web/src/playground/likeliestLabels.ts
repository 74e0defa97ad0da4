import type { Prediction } from "@duet/lora-core/contract/answering";

/** The labels worth showing of a prediction. Pure. */

const SHOWN = 5;

export interface LikeliestLabels {
  /** The likeliest first. */
  readonly shown: readonly { readonly label: string; readonly probability: number }[];
  /** What is left out; null when nothing is. */
  readonly rest: { readonly count: number; readonly probability: number } | null;
}

export function likeliestLabels(labels: readonly string[], { probabilities }: Prediction): LikeliestLabels {
  const sorted = labels
    .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const left = sorted.slice(SHOWN);
  return {
    shown: sorted.slice(0, SHOWN),
    rest:
      left.length === 0 ? null : { count: left.length, probability: left.reduce((sum, { probability }) => sum + probability, 0) },
  };
}
