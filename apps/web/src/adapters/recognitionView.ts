/** How recognisable a participant's rows are, in words. Pure. */
import type { RowRecognition } from "@duet/lora-core/contract/answering";
import type { Aggregation } from "@duet/lora-core/strategies/strategy";
import type { Recognisable, RecognitionState } from "../services/recognition.ts";

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

export function recognitionView({ train, test, recognition }: RowRecognition, what: Recognisable): RecognitionView {
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
  const verdict = verdictOf(low, high);
  return { verdict, advice: (what === "sent" ? OF_SENT : OF_ADAPTERS)[verdict], figure };
}

type Verdict = "well recognisable" | "somewhat recognisable" | "hardly recognisable" | "not to be told with so few rows";

function verdictOf(low: number, high: number): Verdict {
  if (low >= WELL) return "well recognisable";
  if (low >= SOMEWHAT) return "somewhat recognisable";
  return high < HARDLY ? "hardly recognisable" : "not to be told with so few rows";
}

const OF_ADAPTERS: Readonly<Record<Verdict, string>> = {
  "well recognisable":
    "Whoever has this adapter and one of your rows can mostly tell that it was trained on. Give it only to those who may know who is in your data; fewer steps, more rows, or an epsilon make it less.",
  "somewhat recognisable":
    "It gives hints of which rows were trained on. If that somebody is in your data is itself a secret, give it only to those who may know, or train with an epsilon.",
  "hardly recognisable":
    "By losses alone it hardly tells which rows were trained on. Others with more effort find out somewhat more.",
  "not to be told with so few rows":
    "The figure may be chance or may be not. With more test rows it would be surer; until then treat it as recognisable.",
};

/** It cannot be taken back. */
const OF_SENT: Readonly<Record<Verdict, string>> = {
  "well recognisable":
    "Whoever reads this update by itself and has one of your rows can mostly tell that it was trained on. Next time fewer steps in a round, more rows, secure sums or an epsilon make it less.",
  "somewhat recognisable":
    "Whoever reads this update by itself gets hints of which rows were trained on. If that somebody is in your data is itself a secret, take secure sums and an epsilon next time.",
  "hardly recognisable":
    "By losses alone this update hardly tells which rows were trained on. Others with more effort find out somewhat more.",
  "not to be told with so few rows":
    "The figure may be chance or may be not. With more test rows it would be surer; until then take your rows for recognisable in it.",
};

/** Who had the last update by itself. */
export function readerWords(aggregation: Aggregation): string {
  return aggregation === "secure"
    ? "Nobody had this update by itself: the coordinator saw the sum with those of the others alone, which tells less, unless all others of the sum work together."
    : "The coordinator had this update by itself, and each one before it.";
}

/** What can be said of one thing where its figure is not there: that it comes, or why not. `isOver` once nothing is trained any more. */
export function unmeasuredWords(what: Recognisable, { measuring, waiting, failure }: RecognitionState, isOver: boolean): string {
  if (measuring?.what === what) return `being measured (${percent(measuring.share)})`;
  if (waiting.includes(what)) return "measured in a moment";
  if (failure) return "not measured; take them for recognisable";
  if (!isOver) return "measured when the federation is over; until then take them for recognisable";
  return "not measured, as this tab takes part no more or was opened anew; take them for recognisable";
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
