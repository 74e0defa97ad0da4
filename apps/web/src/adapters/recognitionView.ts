/** How recognisable a participant's rows are in an adapter, in words. Pure. */
import type { RowRecognition } from "@duet/lora-core/contract/answering";

/** Rows of each kind below which an interval says nothing. */
const FEWEST_ROWS = 20;
/** Where a guess is no better than this it is hardly one; where it is surely better than that, it is a good one. */
const [HARDLY, SOMEWHAT, WELL] = [0.6, 0.55, 0.7] as const;

export interface RecognitionView {
  readonly verdict: string;
  readonly advice: string;
  /** The figure with its interval; null of too few rows. */
  readonly figure: string | null;
}

export function recognitionView({ train, test, recognition }: RowRecognition): RecognitionView {
  const { auc, interval } = recognition;
  if (interval === null || Math.min(train, test) < FEWEST_ROWS) {
    return {
      verdict: "too few rows to tell",
      advice: `${train} training and ${test} test rows were compared; it takes ${FEWEST_ROWS} of each. Few rows are remembered best: do not take this for a good sign.`,
      figure: null,
    };
  }
  const [low, high] = interval;
  const figure = `Of a row that was trained on and one that was not, the right one is picked in ${percent(auc)} of cases (95 %: ${percent(low)} to ${percent(high)}; guessing: 50 %).`;
  return { ...wordsOf(low, high), figure };
}

function wordsOf(low: number, high: number): Omit<RecognitionView, "figure"> {
  if (low >= WELL) {
    return {
      verdict: "well recognisable",
      advice:
        "Whoever has this adapter and one of your rows can mostly tell that it was trained on. Give it only to those who may know who is in your data; fewer steps, more rows, or an epsilon make it less.",
    };
  }
  if (low >= SOMEWHAT) {
    return {
      verdict: "somewhat recognisable",
      advice:
        "It gives hints of which rows were trained on. If that somebody is in your data is itself a secret, give it only to those who may know, or train with an epsilon.",
    };
  }
  if (high < HARDLY) {
    return {
      verdict: "hardly recognisable",
      advice: "By losses alone it hardly tells which rows were trained on. Others with more effort find out somewhat more.",
    };
  }
  return {
    verdict: "not to be told with so few rows",
    advice: "The figure may be chance or may be not. With more test rows it would be surer; until then treat it as recognisable.",
  };
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
