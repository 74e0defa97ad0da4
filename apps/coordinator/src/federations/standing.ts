/** What lists say of a federation, and what is kept of that while it is closed. */
import type { FederationSummary } from "@duet/lora-core/protocol/messages";
import { listedResult } from "@duet/lora-core/rounds/listedResult";
import { roundInSight, specOf } from "@duet/lora-core/rounds/roundState";
import { phaseOf } from "@duet/lora-core/rounds/roundView";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { Standing } from "../storage/federationTable.ts";
import type { FederationRunner } from "./federationRunner.ts";

/** Of one that was just created. */
export function newStanding({ federationId, config, listing }: FederationRecord): Standing {
  const { name, budgets } = config;
  const standing = { phase: "waiting" as const, round: null, rounds: budgets.rounds, clients: 0 };
  const summary: FederationSummary | null = listing && {
    federationId,
    name,
    ...standing,
    contact: listing.contact,
    result: null,
  };
  return { summary, endedAt: null };
}

/** Of one that is open. */
export function standingOf({ record, state }: FederationRunner): Standing {
  const open = roundInSight(state);
  const { summary } = newStanding(record);
  const phase = phaseOf(state);
  const now = {
    phase,
    round: open && specOf(state, open).round,
    clients: state.clients.filter(({ status }) => status !== "left").length,
    result: phase === "finished" ? listedResult(state.clients, state.rounds) : null,
  };
  return { summary: summary && { ...summary, ...now }, endedAt: state.endedAt };
}
