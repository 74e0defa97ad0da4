/** Protection against bad updates in words, for whoever chooses it or joins. */
import type { RobustnessConfig } from "./robustnessConfig.ts";

export interface RobustnessWords {
  readonly label: string;
  /** What it does, one plain sentence. */
  readonly summary: string;
}

/** In the order in which they are offered. */
export const ROBUSTNESS_WORDS: Readonly<Record<RobustnessConfig["kind"], RobustnessWords>> = {
  clip: {
    label: "Bound outliers",
    summary: "No client counts for far more than the others, neither by its rows nor by the size of its update.",
  },
  multiKrum: {
    label: "Leave out the most unlike (multi-Krum)",
    summary:
      "For rounds with strangers: outliers are bounded, from five clients on the quarter that is least like the others is left out, and clients count alike.",
  },
  trimmedMean: {
    label: "Trimmed mean",
    summary: "Outliers are bounded, and of every value the highest and lowest quarter do not count; clients count alike.",
  },
  median: {
    label: "Median",
    summary:
      "Outliers are bounded, and every value is the clients' median; clients that learn unlike things slow each other down.",
  },
  centeredClip: {
    label: "Centered clipping",
    summary:
      "Outliers are bounded, and the average is taken around the median, where nobody pulls further than half of the others do.",
  },
  none: { label: "None", summary: "Every update counts as it is: one client can decide alone what everyone gets." },
};
