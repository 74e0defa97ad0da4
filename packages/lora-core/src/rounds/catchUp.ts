/**
 * Newcomers, where a method lets clients learn alone before the rounds that are shared: they do that by themselves, outside of any round, and no
 * round waits for it. Once a client has told that it is done, it takes part from the next round on. Pure.
 */
import { setOf } from "../protocol/remembered.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { type EnrolledClient, enrolled, type NextRound, openRoundOf, type RoundState, specOf } from "./roundState.ts";

/** Whether this client would have to learn alone before it takes part in that round. */
export function isCatchingUp(state: RoundState, next: NextRound, client: EnrolledClient | undefined): boolean {
  return client?.isNew === true && specOf(state, next).catchUp === true;
}

/** Of these clients, whom the round asks. The last one asks everybody, as there is no other after it, and waits for nobody who is catching up. */
export function askedOf(state: RoundState, next: NextRound, clients: readonly EnrolledClient[]): readonly EnrolledClient[] {
  const { catchUp } = specOf(state, next);
  const isLast = next.index === state.policy.schedule.length - 1;
  return catchUp && !isLast ? clients.filter((client) => !isCatchingUp(state, next, client)) : clients;
}

/** Whether this client learns alone now: for the round that it is still to answer, or else for the next one. */
export function catchesUpNow(state: RoundState, { id, isNew, status }: EnrolledClient): boolean {
  const { phase, policy, rounds } = state;
  if (!isNew || status === "left" || phase.kind === "ended" || rounds.length === 0) return false;
  const open = openRoundOf(state);
  const isToAnswer = open !== null && setOf(open.participants).has(id) && !(id in open.submissions);
  return policy.schedule[rounds.length + (open && !isToAnswer ? 1 : 0)]?.catchUp === true;
}

/** Of everybody; undefined where no round asks for it. */
export function catchingUp(state: RoundState): Snapshot["catchingUp"] {
  if (!state.policy.schedule.some(({ catchUp }) => catchUp)) return undefined;
  return state.clients.filter((client) => catchesUpNow(state, client)).map(({ id }) => id);
}

/** What a client that says that round is done tells: it has caught up now, did so before, or neither. */
export function catchUpTold(state: RoundState, clientId: string, round: number): "now" | "before" | null {
  const { schedule } = state.policy;
  const isCatchUp = round === schedule[0]?.round && schedule.some(({ catchUp }) => catchUp);
  const client = enrolled(state, clientId);
  if (!isCatchUp || !client || state.rounds.length === 0 || state.phase.kind === "ended") return null;
  if (client.isNew) return "now";
  return client.history.some((entry) => entry.round === round) ? "before" : null;
}
