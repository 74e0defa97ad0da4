import type { Task } from "@duet/lora-core/data/task";
import { type ReactNode, useId } from "react";
import type { ANSWERERS } from "../lib/adapters.ts";
import { failureLine } from "../lib/failureLine.ts";
import { formatNumber } from "../lib/numbers.ts";
import { words as common } from "../lib/words.ts";
import type { AnswerState } from "../services/playgroundState.ts";
import { Fill } from "../ui/Fill.tsx";
import { likeliestLabels } from "./likeliestLabels.ts";
import { words } from "./words.ts";

export interface AnswerCardProps {
  readonly adapter: (typeof ANSWERERS)[number];
  readonly answer: AnswerState;
  readonly task: Task;
}

/** What one adapter answers: a text as it is written, or a label with the probabilities of the likeliest. */
export function AnswerCard({ adapter, answer, task }: AnswerCardProps) {
  const id = useId();
  return (
    <section className="answer" aria-labelledby={id} style={{ borderTopColor: adapter.color }}>
      <h3 id={id} title={adapter.hint}>
        {adapter.label}
      </h3>
      {contentOf(answer, adapter.color, task)}
    </section>
  );
}

function contentOf(answer: AnswerState, color: string, task: Task): ReactNode {
  switch (answer.kind) {
    case "none":
      return <p className="muted small">{words.answerCard.noAnswerYet}</p>;
    case "waiting":
      return <p className="muted small">{words.answerCard.waitingForItsTurn}</p>;
    case "writing":
      return (
        <p className="written" aria-busy="true">
          {answer.text.trimStart()}
          <span aria-hidden="true">▍</span>
        </p>
      );
    case "text":
      return (
        <>
          <p className="written">{answer.text.trim() || <span className="muted">{words.answerCard.theAnswerIsEmpty}</span>}</p>
          <p className="muted small">
            {answer.stopped ? words.answerCard.stoppedAfter(took(answer.seconds)) : took(answer.seconds)}
          </p>
        </>
      );
    case "label":
      return task.kind === "label" && <LabelScores labels={task.labels} prediction={answer.prediction} color={color} />;
    case "failed":
      return (
        <p className="small" role="alert">
          {failureLine(answer.failure)}
        </p>
      );
  }
}

const took = (seconds: number): string => common.format.seconds(formatNumber(seconds, 1));

interface LabelScoresProps {
  readonly labels: readonly string[];
  readonly prediction: Extract<AnswerState, { kind: "label" }>["prediction"];
  readonly color: string;
}

function LabelScores({ labels, prediction, color }: LabelScoresProps) {
  const { shown, rest } = likeliestLabels(labels, prediction);
  return (
    <>
      <p className="verdict">{labels[prediction.label]}</p>
      <ul className="scores" aria-label={words.answerCard.probabilities}>
        {shown.map(({ label, probability }) => (
          <li key={label}>
            <span className="small" title={label}>
              {label}
            </span>
            <span className="small">{formatNumber(probability, 2)}</span>
            <div className="track" aria-hidden="true">
              <Fill share={probability} color={color} />
            </div>
          </li>
        ))}
      </ul>
      {rest !== null && <p className="muted small">{words.answerCard.more(rest.count, formatNumber(rest.probability, 2))}</p>}
    </>
  );
}
