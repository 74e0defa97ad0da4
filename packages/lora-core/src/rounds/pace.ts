/**
 * How much of a federated round's steps each client does, where slower ones do less: by how long their answers took, on the coordinator's clock.
 * Pure, and of the closed rounds alone, so that a round that is opened again asks for the same and a replayed journal does too.
 *
 * All of a round's steps would take client k `full` = took / share seconds. Who needs more than a quarter longer than the median of those that
 * answered the newest round gets median / full of them, so that all are done about when the middle one is. What does not
 * depend on steps (evaluation, transfer) makes `full` too large at first; share stands still where a round takes the median.
 *
 * Not the fastest client is aimed at, but the middle one: whoever answers at once without having worked would leave the others nothing to do.
 */
import { remembered } from "../protocol/remembered.ts";
import type { RoundView } from "../protocol/snapshot.ts";
import { type ClientId, type NextRound, type RoundState, specOf } from "./roundState.ts";

/** Clients that are slower by less do everything: times vary. */
const ALIKE = 1.25;
const LEAST_SHARE = 1 / 64;

/** Of a client in a round: 1 where it does all that the method plans. */
export function shareOf(state: RoundState, next: NextRound, clientId: ClientId): number {
  const isShared = state.policy.bySpeed && specOf(state, next).stage === "federated";
  return isShared ? pacesOf(state.rounds).of(clientId) : 1;
}

/** Of those clients whose share is below 1; undefined where there is none. */
export function sharesBelowOne(state: RoundState, next: NextRound, clientIds: readonly ClientId[]): RoundView["shares"] {
  const below = clientIds.flatMap((id) => {
    const share = shareOf(state, next, id);
    return share < 1 ? [[id, share] as const] : [];
  });
  return below.length > 0 ? Object.fromEntries(below) : undefined;
}

/** Times what the slowest of those whose speed is known is expected to need; and no round is shorter than a lost connection. */
const PATIENCE = 3;
const LEAST_DEADLINE_MS = 60_000;

/** How long a round for these clients waits: by their speed where it is to follow that and one is known, and the federation's deadline at most. */
export function deadlineMs(state: RoundState, next: NextRound, clientIds: readonly ClientId[]): number {
  const { roundDeadlineMs, deadlineBySpeed } = state.policy;
  if (!deadlineBySpeed) return roundDeadlineMs;
  const paces = pacesOf(state.rounds);
  if (specOf(state, next).stage !== paces.stage) return roundDeadlineMs;
  const expected = clientIds.map((id) => (paces.full(id) ?? 0) * shareOf(state, next, id));
  const longest = Math.max(0, ...expected);
  if (longest === 0) return roundDeadlineMs;
  return Math.min(roundDeadlineMs, Math.max(LEAST_DEADLINE_MS, PATIENCE * 1000 * longest));
}

const pacesOf = remembered((rounds: readonly RoundView[]) => {
  const newest = rounds.findLast(({ took }) => took !== undefined);
  const known = new Map<ClientId, number>();
  const fulls = new Map<ClientId, number | null>();
  const median = newest ? medianOf(newest) : 0;
  // How long it takes to learn alone says nothing of how long a federated round takes.
  for (const view of rounds) {
    if (view.stage !== newest?.stage || !view.took) continue;
    for (const id of view.participants) {
      // It was at another round.
      if (view.behind?.includes(id) && view.took[id] === undefined) continue;
      known.set(id, nextShare(view, id, median));
      fulls.set(id, fullSeconds(view, id));
    }
  }
  const least = Math.min(1, ...(newest?.participants ?? []).map((id) => known.get(id) ?? 1));
  // Who comes new holds up nobody.
  return {
    stage: newest?.stage ?? null,
    of: (id: ClientId) => known.get(id) ?? least,
    /** Seconds that all of a round's steps take it; null where it has not answered when it was asked last. */
    full: (id: ClientId) => fulls.get(id) ?? null,
  };
});

/** Who was asked and did not answer gets half. */
function nextShare(view: RoundView, id: ClientId, median: number): number {
  const full = fullSeconds(view, id);
  if (full === null) return Math.max(LEAST_SHARE, (view.shares?.[id] ?? 1) / 2);
  return full <= ALIKE * median ? 1 : Math.max(LEAST_SHARE, Math.round((1000 * median) / full) / 1000);
}

function fullSeconds({ took, shares }: RoundView, id: ClientId): number | null {
  const seconds = took?.[id];
  return seconds === undefined ? null : seconds / (shares?.[id] ?? 1);
}

/** The lower one of the two in the middle. */
function medianOf(view: RoundView): number {
  const all = Object.keys(view.took ?? {}).flatMap((id) => fullSeconds(view, id) ?? []);
  return all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) / 2)] ?? 0;
}
