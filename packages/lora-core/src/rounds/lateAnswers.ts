/**
 * Answers that a federated round did not wait for and that a later one still takes (FedBuff: Nguyen et al. 2022, arXiv 2106.06639): each counts once,
 * in the aggregation of the round that is open when it comes, for 1 / sqrt(1 + tau), tau being how often the shared adapter has moved since its client
 * got it. Pure, and of the closed rounds and what came late alone, so that a replayed journal says the same.
 * Differs from paper: rounds stay the unit, not a buffer of K updates; the weight is relative to the others' of the same mean, which does not get shorter.
 */
import { setOf } from "../protocol/remembered.ts";
import type { RoundView } from "../protocol/snapshot.ts";
import { type ClientId, type LateAnswer, type NextRound, openRoundOf, type RoundSpec, type RoundState } from "./roundState.ts";

/** What an answer of round `of` counts in round `round`, beside one that came in time. */
export const lateWeight = (of: number, round: number): number => 1 / Math.sqrt(1 + round - of);

/** Closed rounds whose answers this client may still give in that one, newest first. Answers of one client count in the order of their rounds. */
export function stillTaken(state: RoundState, next: NextRound, clientId: ClientId): number[] {
  if (state.late.some((answer) => answer.clientId === clientId)) return [];
  const open = openRoundOf(state);
  if (open && clientId in open.submissions) return [];
  const taken: number[] = [];
  for (const view of viewsInReach(state, next)) {
    if (hasAnswered(view, clientId)) break;
    if (setOf(view.participants).has(clientId)) taken.push(view.round);
  }
  return taken.filter((round) => round > newestLate(state, clientId));
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

/** Of all participants of the open round who may give one; undefined where there is none. */
export function stillTakenOf(state: RoundState, next: NextRound): Readonly<Record<ClientId, number[]>> | undefined {
  const missed = new Set(viewsInReach(state, next).flatMap((view) => view.participants.filter((id) => !hasAnswered(view, id))));
  const entries = [...missed].flatMap((id) => {
    const rounds = stillTaken(state, next, id);
    return rounds.length > 0 ? [[id, rounds] as const] : [];
  });
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

/** Closed rounds, newest first, whose answers that one takes; none where it shares nothing, or none are taken. */
function viewsInReach({ policy, rounds }: RoundState, next: NextRound): readonly RoundView[] {
  const { late, schedule } = policy;
  const spec = schedule[next.index];
  if (!late || !spec || !isShared(spec)) return [];
  return rounds.filter((view) => view.stage === "federated" && spec.round - view.round <= late.rounds).toReversed();
}

const isShared = ({ stage, uploads }: RoundSpec) => stage === "federated" && uploads;

const hasAnswered = (view: RoundView, clientId: ClientId) => setOf(view.aggregated).has(clientId);

/** The newest round whose answer this client gave late; below every other where there is none. */
const newestLate = ({ rounds }: RoundState, clientId: ClientId): number =>
  Math.max(Number.NEGATIVE_INFINITY, ...rounds.map((view) => view.late?.[clientId] ?? Number.NEGATIVE_INFINITY));
