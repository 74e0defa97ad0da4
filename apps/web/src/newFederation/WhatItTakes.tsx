import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { formatBytes } from "../lib/format.ts";
import { words } from "./words.ts";

/** What every client downloads and sends, before anybody does. Null while something is missing. */
export function WhatItTakes({ config }: { readonly config: FederationConfig | null }) {
  if (!config) return <p className="muted">{words.whatItTakes.eachClientLater}</p>;
  const uploads = roundNumbers(methodOf(config.strategy).firstRound, config.budgets.rounds)
    .map((round) => uploadSize(config, round))
    .filter((size) => size > 0);
  return (
    <>
      <h3>{words.whatItTakes.eachClient}</h3>
      <dl className="facts">
        <dt>{words.whatItTakes.downloadsTheBaseOnce}</dt>
        <dd>{formatBytes(bytesOf(config.model))}</dd>
        <dt>{words.whatItTakes.sends(uploads.length)}</dt>
        <dd>{formatBytes(uploads.reduce((sum, size) => sum + size, 0))}</dd>
      </dl>
    </>
  );
}
