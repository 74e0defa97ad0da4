/** How recognisable a participant's rows are, in words. Pure. */

import type { RowRecognition } from "@duet/lora-core/contract/answering";
import type { Aggregation } from "@duet/lora-core/strategies/strategy";
import type { Recognisable, RecognitionState } from "../services/recognition.ts";
import { words } from "./words.ts";

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
      verdict: words.recognitionView.tooFew,
      advice: words.recognitionView.compared(train, test, FEWEST_ROWS),
      figure: null,
    };
  }
  const [low, high] = interval;
  const figure = words.recognitionView.figure(percent(auc), percent(low), percent(high));
  const verdict = verdictOf(low, high);
  const advice = words.recognitionView[what === "sent" ? "ofSent" : "ofAdapters"][verdict];
  return { verdict: words.recognitionView.verdicts[verdict], advice, figure };
}

/** With each advice where it is first given: it is read once, of whatever it holds. */
export function withAdviceOnce<Told extends { readonly view: RecognitionView | null }>(
  told: readonly Told[],
): readonly (Told & { readonly advice: string | null })[] {
  return told.map((one, index) => {
    const advice = one.view?.advice ?? null;
    const isGiven = told.slice(0, index).some(({ view }) => view?.advice === advice);
    return { ...one, advice: isGiven ? null : advice };
  });
}

type Verdict = "well" | "somewhat" | "hardly" | "open";

function verdictOf(low: number, high: number): Verdict {
  if (low >= WELL) return "well";
  if (low >= SOMEWHAT) return "somewhat";
  return high < HARDLY ? "hardly" : "open";
}

/** Who had the last update by itself. */
export function readerWords(aggregation: Aggregation): string {
  return aggregation === "secure" ? words.recognitionView.inSum : words.recognitionView.byItself;
}

/** What can be said of one thing where its figure is not there: that it comes, or why not. `isOver` once nothing is trained any more. */
export function unmeasuredWords(what: Recognisable, { measuring, waiting, failure }: RecognitionState, isOver: boolean): string {
  if (measuring?.what === what) return words.recognitionView.beingMeasured(percent(measuring.share));
  if (waiting.includes(what)) return words.recognitionView.inAMoment;
  if (failure) return words.recognitionView.notMeasured;
  if (!isOver) return words.recognitionView.measuredLater;
  return words.recognitionView.notMeasuredHere;
}

const percent = (share: number): string => words.recognitionView.percent(Math.round(100 * share));
