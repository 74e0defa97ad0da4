/**
 * How clients' updates stood among the others' in an aggregated round: into their histories, and into words where one was clipped. That rows
 * were capped says something of how many there are, so that it is in no log that everybody reads.
 */
import { MAX_NORM_MULTIPLE } from "../robustness/bounds.ts";
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import type { ClientStanding } from "../strategies/updateStanding.ts";
import { enrolled, type RoundState } from "./roundState.ts";
import { log, updateClient } from "./roundSteps.ts";

export function withStandings(state: RoundState, round: number, standings: readonly ClientStanding[]): RoundState {
  const lateOf = (clientId: string) => state.late.find((answer) => answer.clientId === clientId)?.round;
  return standings.reduce(
    (next, { clientId, ...standing }) => withStanding(next, lateOf(clientId) ?? round, clientId, standing),
    state,
  );
}

function withStanding(state: RoundState, round: number, clientId: string, standing: UpdateStanding): RoundState {
  const client = enrolled(state, clientId);
  if (!client) return state;
  const noted = updateClient(state, clientId, ({ history }) => ({
    history: history.map((entry) => (entry.round === round ? { ...entry, standing } : entry)),
  }));
  const { norm, isClipped } = standing;
  if (!isClipped) return noted;
  return log(noted, ["clipped", client.name, Number((norm ?? 0).toPrecision(2)), MAX_NORM_MULTIPLE], clientId);
}
