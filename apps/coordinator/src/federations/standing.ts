/** What lists say of a federation, and what is kept of that while it is closed. */
import type { FederationSummary } from "@duet/lora-core/protocol/messages";
import { openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { phaseOf } from "@duet/lora-core/rounds/roundView";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { Standing } from "../storage/federationTable.ts";
import type { FederationRunner } from "./federationRunner.ts";

/** Of one that was just created. */
export function newStanding({ federationId, config, watchToken }: FederationRecord): Standing {
  const { name, budgets } = config;
  const summary: FederationSummary = {
    federationId,
    name,
    phase: "waiting",
    round: null,
    rounds: budgets.rounds,
    clients: 0,
    accuracy: null,
    watchToken,
  };
  return { summary, endedAt: null };
}

/** Of one that is open. */
export function standingOf({ record, state }: FederationRunner): Standing {
  const open = openRoundOf(state);
  const summary: FederationSummary = {
    ...newStanding(record).summary,
    phase: phaseOf(state),
    round: open && specOf(state, open).round,
    clients: state.clients.filter(({ status }) => status !== "left").length,
    accuracy: meanAccuracy(state),
  };
  return { summary, endedAt: state.endedAt };
}

/** Mean over clients of the newest accuracy of the adapter that each would serve. */
function meanAccuracy({ clients }: RoundState): number | null {
  const newest = clients.flatMap(({ history }) => {
    const accuracy = history.at(-1)?.metrics.accuracy;
    const value = accuracy?.fused ?? accuracy?.shared ?? accuracy?.personal ?? null;
    return value === null ? [] : [value];
  });
  return newest.length === 0 ? null : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}
