/** How clients' updates stood among the others' in an aggregated round: into their histories, and into words where one was bounded. */
import { MAX_NORM_MULTIPLE, MAX_ROWS_MULTIPLE } from "../robustness/bounds.ts";
import type { UpdateStanding } from "../robustness/updateStanding.ts";
import type { ClientStanding } from "../strategies/updateStanding.ts";
import { enrolled, type RoundState } from "./roundState.ts";
import { log, updateClient } from "./roundSteps.ts";

export function withStandings(state: RoundState, round: number, standings: readonly ClientStanding[]): RoundState {
  return standings.reduce((next, { clientId, ...standing }) => withStanding(next, round, clientId, standing), state);
}

function withStanding(state: RoundState, round: number, clientId: string, standing: UpdateStanding): RoundState {
  const client = enrolled(state, clientId);
  if (!client) return state;
  const noted = updateClient(state, clientId, ({ history }) => ({
    history: history.map((entry) => (entry.round === round ? { ...entry, standing } : entry)),
  }));
  return boundWords(client.name, standing).reduce((next, words) => log(next, words, clientId), noted);
}

/** One sentence for each thing that was bounded. */
function boundWords(name: string, { norm, rows, isClipped, isCapped }: UpdateStanding): readonly string[] {
  return [
    ...(isClipped ? [`${name}'s update was ${times(norm)} the median and was clipped to ${MAX_NORM_MULTIPLE} times`] : []),
    ...(isCapped ? [`${name} reported ${times(rows)} the median rows and counts with ${MAX_ROWS_MULTIPLE} times`] : []),
  ];
}

const times = (ratio: number | null) => `${Number((ratio ?? 0).toPrecision(2)).toLocaleString("en")} times`;
