import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { formatBytes, plural } from "../lib/format.ts";

/** What every client downloads and sends, before anybody does. Null while something is missing. */
export function WhatItTakes({ config }: { readonly config: FederationConfig | null }) {
  if (!config) return <p className="muted">Bytes of each client, once the choices are made.</p>;
  const uploads = roundNumbers(methodOf(config.strategy).firstRound, config.budgets.rounds)
    .map((round) => uploadSize(config, round))
    .filter((size) => size > 0);
  return (
    <>
      <h3>Each client</h3>
      <dl className="facts">
        <dt>downloads the base once</dt>
        <dd>{formatBytes(bytesOf(config.model))}</dd>
        <dt>sends, in {plural(uploads.length, "exchange")}</dt>
        <dd>{formatBytes(uploads.reduce((sum, size) => sum + size, 0))}</dd>
      </dl>
    </>
  );
}
