/**
 * Answers that a federated round did not wait for and that a later one still takes (FedBuff: Nguyen et al. 2022, arXiv 2106.06639): each counts once,
 * in the aggregation of the round that is open when it comes, for 1 / sqrt(1 + tau), tau being how often the shared adapter has moved since its client
 * got it. Pure, and of the closed rounds and what came late alone, so that a replayed journal says the same.
 * Differs from paper: rounds stay the unit, not a buffer of K updates; the weight is relative to the others' of the same mean, which does not get shorter.
 */
import { remembered, setOf } from "../protocol/remembered.ts";
import type { RoundView } from "../protocol/snapshot.ts";
import {
  type ClientId,
  enrolled,
  type LateAnswer,
  type NextRound,
  openRoundOf,
  type RoundSpec,
  type RoundState,
} from "./roundState.ts";

/** What an answer of round `of` counts in round `round`, beside one that came in time. */
export const lateWeight = (of: number, round: number): number => 1 / Math.sqrt(1 + round - of);

/** Closed rounds whose answers this client may still give in that one, newest first. Answers of one client count in the order of their rounds. */
export function stillTaken(state: RoundState, next: NextRound, clientId: ClientId): number[] {
  if (state.late.some((answer) => answer.clientId === clientId)) return [];
  const open = openRoundOf(state);
  if (open && clientId in open.submissions) return [];
  return missedBy(state, next)[clientId] ?? [];
}

/**
 * Whether it is still at an earlier round as this one opens, so that nobody waits for it a second time: it did not answer when it was waited for, or has
 * answered late and began the round that it answered in.
 */
export function isBehind(state: RoundState, next: NextRound, clientId: ClientId): boolean {
  for (const view of viewsInReach(state, next)) {
    if (hasAnswered(view, clientId)) return false;
    if (!setOf(view.participants).has(clientId)) continue;
    if (view.late?.[clientId] !== undefined || !view.behind?.includes(clientId)) return true;
  }
  return false;
}

/** {@link stillTaken} of everybody who is still here and may give one; undefined where there is none. Asked after every event. */
export function stillTakenOf(state: RoundState, next: NextRound): Missed | undefined {
  const missed = missedBy(state, next);
  const all = Object.entries(missed);
  if (all.length === 0) return undefined;
  const submissions = openRoundOf(state)?.submissions ?? {};
  const late = new Set(state.late.map(({ clientId }) => clientId));
  const isGone = (id: ClientId) => enrolled(state, id)?.status === "left";
  const entries = all.filter(([id]) => !(id in submissions || late.has(id) || isGone(id)));
  if (entries.length === all.length) return missed;
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Rounds of the late answers by their clients, as a round's view has them; undefined where there is none. */
export function lateRounds(answers: readonly LateAnswer[]): RoundView["late"] {
  return answers.length > 0 ? Object.fromEntries(answers.map(({ clientId, round }) => [clientId, round])) : undefined;
}

/** Whether a late answer of that round was taken already. */
export function isTakenLate({ rounds, late }: RoundState, clientId: ClientId, round: number): boolean {
  const isIt = (answer: LateAnswer) => answer.clientId === clientId && answer.round === round;
  return late.some(isIt) || rounds.some((view) => view.late?.[clientId] === round);
}

/** By client, the closed rounds that it may still answer, newest first. */
type Missed = Readonly<Record<ClientId, number[]>>;

/** Of the closed rounds alone, so it is found once for each of the rounds after them. */
function missedBy(state: RoundState, next: NextRound): Missed {
  const views = viewsInReach(state, next);
  if (views.length === 0) return {};
  const known = knownMissed(state.rounds);
  const key = `${next.index} of ${state.policy.late?.rounds}`;
  const missed = known.get(key) ?? findMissed(views, newestLateOf(state.rounds));
  known.set(key, missed);
  return missed;
}

const knownMissed = remembered((_: readonly RoundView[]) => new Map<string, Missed>());

function findMissed(views: readonly RoundView[], newestLate: ReadonlyMap<ClientId, number>): Missed {
  const missed: Record<ClientId, number[]> = {};
  const done = new Set<ClientId>();
  for (const view of views) {
    for (const id of view.aggregated) done.add(id);
    for (const id of view.participants) {
      if (done.has(id) || view.round <= (newestLate.get(id) ?? Number.NEGATIVE_INFINITY)) continue;
      missed[id] ??= [];
      missed[id].push(view.round);
    }
  }
  return missed;
}

/** Closed rounds, newest first, whose answers that one takes; none where it shares nothing, or none are taken. */
function viewsInReach({ policy, rounds }: RoundState, next: NextRound): readonly RoundView[] {
  const { late, schedule } = policy;
  const spec = schedule[next.index];
  if (!late || !spec || !isShared(spec)) return [];
  return rounds.filter((view) => view.stage === "federated" && spec.round - view.round <= late.rounds).toReversed();
}

const isShared = ({ stage, uploads }: RoundSpec) => stage === "federated" && uploads;

const hasAnswered = (view: RoundView, clientId: ClientId) => setOf(view.aggregated).has(clientId);

/** The newest round whose answer each client gave late. Answers of one client count in the order of their rounds, so the last is the newest. */
const newestLateOf = remembered(
  (rounds: readonly RoundView[]): ReadonlyMap<ClientId, number> =>
    new Map(rounds.flatMap(({ late = {} }) => Object.entries(late))),
);
