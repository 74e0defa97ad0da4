/**
 * Which clients a round asks, where a federation draws some of those who are here (partial participation, McMahan et al. 2017,
 * arXiv 1602.05629, algorithm 1) and a few more than it needs, so that a slow one holds up nobody (Bonawitz et al. 2019,
 * arXiv 1902.01046, section 2.2). Pure: the same state draws the same clients, so that a replayed journal does too.
 * Differs from paper: not uniform in each round, but who took part in fewer rounds comes first, so that nobody is left out for long. Who is still at an
 * earlier round comes last.
 */
import { random } from "../tensors/random.ts";
import { isBehind } from "./lateAnswers.ts";
import { type EnrolledClient, type NextRound, type OpenRound, type RoundState, type Sampling, specOf } from "./roundState.ts";

/** Whom the round asks of those who are here; everybody where nothing is drawn. */
export function drawnFor(state: RoundState, next: NextRound, present: readonly EnrolledClient[]): readonly EnrolledClient[] {
  const sampling = samplingOf(state, next);
  if (!sampling || present.length <= sampling.clients + sampling.reserve) return present;
  const { round } = specOf(state, next);
  const turns = turnsOf(state);
  const places = present.map((client) => ({
    client,
    isBehind: isBehind(state, next, client.id),
    turns: turns.get(client.id) ?? 0,
    place: random(sampling.seed, "sampling", round, next.attempt, client.id)(),
  }));
  const order = places.toSorted((a, b) => Number(a.isBehind) - Number(b.isBehind) || a.turns - b.turns || a.place - b.place);
  return order.slice(0, sampling.clients + sampling.reserve).map(({ client }) => client);
}

/** Whether another client may still be asked, who came back after the round had opened. */
export function hasPlace(state: RoundState, open: OpenRound): boolean {
  const sampling = samplingOf(state, open);
  return !sampling || open.participants.length < sampling.clients + sampling.reserve;
}

/** Whether so many have answered that nobody else is waited for. */
export function hasEnough(state: RoundState, open: OpenRound): boolean {
  const sampling = samplingOf(state, open);
  return sampling !== null && Object.keys(open.submissions).length >= sampling.clients;
}

/** Rounds drawn so far that each client was asked in. */
function turnsOf({ rounds }: RoundState): ReadonlyMap<string, number> {
  const turns = new Map<string, number>();
  for (const { participants } of rounds) for (const id of participants) turns.set(id, (turns.get(id) ?? 0) + 1);
  return turns;
}

/** Rounds that share nothing are everybody's own: learning alone, and the last one, in which everybody fuses. */
function samplingOf(state: RoundState, next: NextRound): Sampling | null {
  const { sampling } = state.policy;
  return sampling && specOf(state, next).uploads ? sampling : null;
}
