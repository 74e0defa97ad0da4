import { adviceFor } from "@duet/client/memoryAdvice";
import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { Fragment } from "react";
import { type ExpectedTime, expectedTime, guessedPace, ROWS_EACH, totalOf, WORKS } from "../lib/federation/expectedTime.ts";
import { formatBytes, roundedTime } from "../lib/format.ts";
import { formatWhole } from "../lib/numbers.ts";
import { words } from "./words.ts";

/** What training takes by itself, whatever a device allows. */
const NO_LIMITS = { bytes: null, tensorBytes: null, weightBytes: null };

/** How long it takes, and what every client downloads and sends, before anybody does. Null while something is missing. */
export function WhatItTakes({ config }: { readonly config: FederationConfig | null }) {
  if (!config) return <p className="muted">{words.whatItTakes.eachClientLater}</p>;
  const uploads = roundNumbers(methodOf(config.strategy).firstRound, config.budgets.rounds)
    .map((round) => uploadSize(config, round))
    .filter((size) => size > 0);
  const base = bytesOf(config.model);
  return (
    <>
      <Time time={expectedTime(config, guessedPace(config))} />
      <h3>{words.whatItTakes.eachClient}</h3>
      <dl className="facts">
        <dt>{words.whatItTakes.downloadsTheBaseOnce}</dt>
        <dd>{formatBytes(base)}</dd>
        <dt>{words.whatItTakes.sends(uploads.length)}</dt>
        <dd>{formatBytes(uploads.reduce((sum, size) => sum + size, 0))}</dd>
        <dt>{words.whatItTakes.memory}</dt>
        <dd>{formatBytes(adviceFor(config, NO_LIMITS).needed)}</dd>
      </dl>
      {uploads.length > 0 && (
        <p className="muted small" style={{ margin: "-12px 0 24px" }}>
          {words.whatItTakes.wholeModel(formatBytes(base * uploads.length))}
        </p>
      )}
    </>
  );
}

/** Training has the colour of its adapter. */
const COLORS = { personal: "var(--personal)", shared: "var(--shared)", alone: "var(--ink-3)", measuring: "var(--data)" } as const;

function Time({ time }: { readonly time: ExpectedTime }) {
  const shown = WORKS.filter((work) => time[work] > 0);
  return (
    <>
      <p className="big" style={{ margin: 0, fontSize: "var(--title)" }}>
        {roundedTime(totalOf(time))}
      </p>
      <p className="soft small" style={{ margin: "4px 0 12px" }}>
        {words.whatItTakes.assumes(formatWhole(ROWS_EACH))}
      </p>
      <div className="stageBar" aria-hidden="true">
        {shown.map((work) => (
          <span key={work} style={{ flexGrow: time[work], background: COLORS[work] }} />
        ))}
      </div>
      <dl className="facts">
        {shown.map((work) => (
          <Fragment key={work}>
            <dt>
              <span className="swatch" style={{ background: COLORS[work], borderRadius: "50%" }} aria-hidden="true" />
              {words.whatItTakes.works[work]}
            </dt>
            <dd>{roundedTime(time[work])}</dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
