/** What one's adapters answered to a few of one's own test rows, as of a round. Pure. */
import type { SampleAnswer, SampleHistory } from "@duet/lora-core/contract/answerSamples";
import type { Task } from "@duet/lora-core/data/task";
import type { AdapterKey } from "@duet/lora-core/protocol/metrics";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { ADAPTERS } from "../../../lib/adapters.ts";
import { roundLabel } from "../../../lib/roundWords.ts";
import { words } from "./words.ts";

export interface SampledAnswer {
  readonly adapter: AdapterKey;
  readonly text: string;
  readonly isRight: boolean;
  /** Of a label, from 0 to 1; null of a text. */
  readonly probability: number | null;
  /** Which round it is of, in words, where that is an earlier one; else null. */
  readonly asOf: string | null;
}

export interface SampledRow {
  readonly line: number;
  readonly input: string;
  readonly wanted: string;
  /** In the order of the adapters; of one that no round has measured yet there is none. */
  readonly answers: readonly SampledAnswer[];
}

export interface SamplesView {
  /** The newest first. */
  readonly rounds: readonly { readonly round: number; readonly label: string }[];
  readonly round: number;
  readonly rows: readonly SampledRow[];
}

/** Longer rows end here: they stand beside answers of a few words. */
const SHOWN_CHARACTERS = 280;

/** As of the newest round that is no later than `chosen`; null where there is none. `total` is how many rounds the federation has. */
export function samplesView(
  { rows, rounds }: SampleHistory,
  task: Task,
  total: number,
  chosen: number | null,
): SamplesView | null {
  const seen = rounds.filter(({ round }) => chosen === null || round <= chosen);
  const newest = seen.at(-1);
  if (!newest) return null;
  const answersTo = (place: number, wanted: string): SampledAnswer[] =>
    ADAPTERS.flatMap(({ key }) => {
      const of = seen.findLast(({ answers }) => answers[key]?.[place] !== undefined);
      const answer = of?.answers[key]?.[place];
      if (!of || !answer) return [];
      const text = textOf(answer, task);
      const isOlder = of.round !== newest.round;
      return {
        adapter: key,
        text,
        isRight: text === wanted.trim(),
        probability: answer.kind === "label" ? answer.probability : null,
        asOf: isOlder ? ofRound(of.round) : null,
      };
    });
  return {
    rounds: rounds.toReversed().map(({ round }) => ({ round, label: roundLabel(round, total) })),
    round: newest.round,
    rows: rows.map(({ line, input, wanted }, place) => ({
      line,
      input: shortened(input),
      wanted,
      answers: answersTo(place, wanted),
    })),
  };
}

function textOf(answer: SampleAnswer, task: Task): string {
  if (answer.kind === "text") return answer.text.trim();
  return (task.kind === "label" && task.labels[answer.label]) || "?";
}

const ofRound = (round: number): string =>
  isLocalLearning(round) ? words.samplesPanel.ofAlone : words.samplesPanel.ofRound(round);

const shortened = (input: string): string =>
  input.length <= SHOWN_CHARACTERS ? input : `${input.slice(0, SHOWN_CHARACTERS).trimEnd()}…`;
