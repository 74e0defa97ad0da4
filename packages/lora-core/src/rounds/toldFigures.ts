/** What the state keeps of clients' figures, as they choose who sees them. Pure. */
import { withoutFigures } from "../protocol/figures.ts";
import { meanLossOf } from "./meanLoss.ts";
import { type EnrolledClient, enrolled, type RoundState } from "./roundState.ts";
import { updateClient } from "./roundSteps.ts";

/** After a client chose: what it told before is forgotten where nobody is to see it, and is in no mean where not everybody is. */
export function withFigures(state: RoundState, clientId: string, before: EnrolledClient["figures"]): RoundState {
  const chosen = enrolled(state, clientId)?.figures;
  if (chosen === undefined || chosen === before) return state;
  const told =
    chosen === "nobody"
      ? updateClient(state, clientId, ({ history }) => ({
          history: history.map((entry) => ({ ...entry, metrics: withoutFigures(entry.metrics) })),
        }))
      : state;
  const rounds = told.rounds.map((view) => {
    // Of a secure sum that was not made, those who were ready for it are in the mean.
    const counted = view.exchanges > 0 ? view.participants : view.aggregated;
    if (view.means !== null || !counted.includes(clientId)) return view;
    return { ...view, meanLoss: meanLossOf(told.clients, view.round, counted) };
  });
  return { ...told, rounds };
}
