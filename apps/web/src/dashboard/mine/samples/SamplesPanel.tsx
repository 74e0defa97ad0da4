import type { SessionState } from "@duet/client/sessionState";
import type { SampleHistory } from "@duet/lora-core/contract/answerSamples";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { NativeSelect } from "@mantine/core";
import { IconCheck, IconLock } from "@tabler/icons-react";
import { Fragment, use, useEffect, useState } from "react";
import { ADAPTERS } from "../../../lib/adapters.ts";
import { formatNumber } from "../../../lib/numbers.ts";
import type { TabSession } from "../../../services/tabSessions.ts";
import { Panel } from "../../../ui/Panel.tsx";
import { ReplayedRound } from "../../ReplayedRound.ts";
import { type SampledAnswer, type SampledRow, samplesView } from "./samplesView.ts";
import { words } from "./words.ts";

export interface SamplesPanelProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly config: FederationConfig;
}

/** What this tab's adapters answer to a few of its test rows, round after round: asked of where the rows are, and shown here alone. */
export function SamplesPanel({ session, state: { clientId, adapters }, config }: SamplesPanelProps) {
  const [history, setHistory] = useState<SampleHistory | null>(null);
  const [chosen, choose] = useState<number | null>(null);
  const replayed = use(ReplayedRound);
  const [chosenAt, setChosenAt] = useState(replayed);
  // The page's round leads whenever it is another one.
  if (chosenAt !== replayed) {
    setChosenAt(replayed);
    choose(null);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: with the adapters of a finished round come its answers.
  useEffect(() => {
    let isGone = false;
    if (clientId !== null) {
      session.engine.samples(clientId).then(
        (found) => isGone || setHistory(found),
        // A tab that has lost its engine has nothing to show.
        () => {},
      );
    }
    return () => {
      isGone = true;
    };
  }, [session, clientId, adapters]);
  const view = history && samplesView(history, config.task, config.budgets.rounds, chosen ?? replayed);
  if (!view) return null;
  const newest = view.rounds[0]?.round;
  const stays = (
    <>
      <IconLock size={14} aria-hidden="true" style={{ verticalAlign: -2 }} /> {words.samplesPanel.stayHere}
    </>
  );
  return (
    <Panel title={words.samplesPanel.title} hint={words.samplesPanel.hint} aside={stays}>
      <NativeSelect
        size="xs"
        label={words.samplesPanel.after}
        value={view.round}
        onChange={({ currentTarget: { value } }) => choose(replayed === null && Number(value) === newest ? null : Number(value))}
        data={view.rounds.map(({ round, label }) => ({ value: String(round), label }))}
      />
      {view.rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows stay the same, and several may be on one line
        <Sample key={place} row={row} />
      ))}
    </Panel>
  );
}

function Sample({ row: { line, input, wanted, answers } }: { readonly row: SampledRow }) {
  return (
    <figure className="figure sample">
      <blockquote className="quote" translate="no">
        {input}
      </blockquote>
      <dl>
        <dt className="muted">{words.samplesPanel.expected}</dt>
        <dd translate="no">{wanted}</dd>
        {answers.map((answer) => (
          <Answer key={answer.adapter} answer={answer} />
        ))}
      </dl>
      <figcaption className="muted small">{words.samplesPanel.line(line)}</figcaption>
    </figure>
  );
}

function Answer({ answer: { adapter, text, isRight, probability, asOf } }: { readonly answer: SampledAnswer }) {
  const { label, color, hint } = ADAPTERS.find(({ key }) => key === adapter) ?? ADAPTERS[0];
  const asides = [...(probability === null ? [] : [formatNumber(probability, 2)]), ...(asOf === null ? [] : [asOf])];
  return (
    <>
      <dt title={hint}>
        <span className="swatch" style={{ background: color }} aria-hidden="true" /> {label}
      </dt>
      <dd>
        {text ? <span translate="no">{text}</span> : <span className="muted">{words.samplesPanel.nothing}</span>}{" "}
        {isRight && <IconCheck size={14} role="img" aria-label={words.samplesPanel.right} style={{ verticalAlign: -2 }} />}
        {asides.map((aside) => (
          <Fragment key={aside}>
            {" "}
            <span className="muted small">{aside}</span>
          </Fragment>
        ))}
      </dd>
    </>
  );
}
