/**
 * What a joined client does next, decided from the newest snapshot and what this client has done. Pure.
 * A lost push, a reload or a reconnect needs no special path: the next snapshot gives the same answer.
 */
import type { DoneRound, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import { EXITS, type Exit } from "@duet/lora-core/protocol/exits";
import type { Phase, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import { planForShare } from "@duet/lora-core/strategies/workShare";

/** The newest round whose result this client holds; `submitted` once the coordinator has it. */
export interface Standing extends RoundKey {
  readonly submitted: boolean;
}

export interface LocalState {
  readonly clientId: string;
  /** The round being worked on or submitted. */
  readonly doing: RoundKey | null;
  readonly done: Standing | null;
  /** The step of a secure sum that it answers, has answered, or will not answer. */
  readonly summing: ExchangeKey | null;
}

type OpenRound = NonNullable<Snapshot["openRound"]>;

export type Action =
  | { readonly kind: "wait" }
  /** Run the plan, then submit. */
  | { readonly kind: "work"; readonly key: RoundKey; readonly plan: RoundPlan }
  /** The result of this round is at hand: send it (again). */
  | { readonly kind: "submit"; readonly key: RoundKey }
  /** A step of the secure sum over this client's result, or over what its rows are like, waits for its answer. */
  | { readonly kind: "sum"; readonly what: SumRequest["what"]; readonly key: ExchangeKey }
  /** The round being worked on is over: stop. */
  | { readonly kind: "cancel" }
  /** There is nothing more to do, for everyone or for this client. */
  | { readonly kind: "end"; readonly phase: Extract<Phase, "finished" | "stopped" | "failed">; readonly note: string }
  | { readonly kind: "removed"; readonly reason: string; readonly why: Exit };

const WAIT: Action = { kind: "wait" };

export function nextAction(snapshot: Snapshot, local: LocalState): Action {
  const { phase, note, openRound, clients } = snapshot;
  if (phase === "finished" || phase === "stopped" || phase === "failed") return { kind: "end", phase, note };
  const me = clients.find(({ id }) => id === local.clientId);
  if (me?.status === "left") {
    return { kind: "removed", reason: me.note ?? EXITS.gone, why: me.told?.[0] === "removed" ? "removed" : "gone" };
  }

  const counting = countingOf(snapshot, local);
  if (counting && phase === "exchanging") return stepAction("statistics", counting.round, counting, local);
  const mine = openRound?.participants.includes(local.clientId) ? openRound : null;
  if (local.doing) {
    const { round } = local.doing;
    const goesOn = (mine && sameRound(mine, local.doing)) || mayBeTaken(snapshot, local.clientId, round);
    return goesOn || catchesUpWith(snapshot, local.clientId, round) ? WAIT : { kind: "cancel" };
  }
  if (phase === "paused") return WAIT;
  const late = phase === "collecting" ? lateResult(snapshot, local) : null;
  if (late) return { kind: "submit", key: late };
  if (isCatchingUp(snapshot, local.clientId)) return catchUpAction(snapshot, local);
  if (!mine) return WAIT;
  if (phase === "exchanging") return sumAction(mine, local);

  const key = { round: mine.round, attempt: mine.attempt };
  if (local.done?.round !== mine.round) return { kind: "work", key, plan: planFor(snapshot, mine, local) };
  return sameRound(local.done, key) && local.done.submitted ? WAIT : { kind: "submit", key };
}

/**
 * The sum of what rows are like that this client answers. None that was not agreed on, none once there is one or once it has trained, and none by another
 * name than the first round's, under which a client reveals once: the difference of two sums can be one client's counts.
 */
function countingOf({ config, statistics }: Snapshot, { done }: LocalState) {
  if (!config.statistics || !statistics || statistics.made !== null || done !== null) return null;
  const { exchange } = statistics;
  return exchange?.round === methodOf(config.strategy, config.ranks).firstRound ? exchange : null;
}

/** Whether the answer of a round that is over would still be taken: by the open round, or, while none is open, perhaps by the next. */
export function mayBeTaken({ config, openRound }: Snapshot, clientId: string, round: number): boolean {
  if (!config.late) return false;
  return openRound === null || (openRound.stillTaken?.[clientId]?.includes(round) ?? false);
}

const isCatchingUp = ({ catchingUp }: Snapshot, clientId: string): boolean => catchingUp?.includes(clientId) ?? false;

/** Whether this client learns alone now, outside of any round, by the plan of that one; of it nothing is sent but that it is done. */
export const catchesUpWith = (snapshot: Snapshot, clientId: string, round: number): boolean =>
  isLocalLearning(round) && isCatchingUp(snapshot, clientId);

/**
 * What the others did in the first round. What was made of that, but not in time, is as good; and who is named although it has told that it is done tells
 * it again, as the coordinator may not have taken it.
 */
function catchUpAction({ config }: Snapshot, { done }: LocalState): Action {
  const method = methodOf(config.strategy, config.ranks);
  const key = { round: method.firstRound, attempt: 1 };
  if (done?.round === key.round) return { kind: "submit", key: { ...key, attempt: done.attempt } };
  return { kind: "work", key, plan: { ...roundPlanOf(method, config, { round: key.round, isNewcomer: false }), upload: null } };
}

/** A result that was not sent while its round was open, and that the open one still takes. */
function lateResult(snapshot: Snapshot, { clientId, done }: LocalState): RoundKey | null {
  if (!done || done.submitted || snapshot.openRound?.round === done.round) return null;
  return mayBeTaken(snapshot, clientId, done.round) ? { round: done.round, attempt: done.attempt } : null;
}

/** Who has no result of the round cannot be in its sum, and is not waited for longer than the step's deadline. */
function sumAction({ round, exchange }: OpenRound, local: LocalState): Action {
  return exchange && local.done?.round === round ? stepAction("round", round, exchange, local) : WAIT;
}

type Asked = Pick<NonNullable<OpenRound["exchange"]>, "attempt" | "step" | "asked" | "answered">;

function stepAction(
  what: SumRequest["what"],
  round: number,
  { attempt, step, asked, answered }: Asked,
  { clientId, summing }: LocalState,
): Action {
  if (!asked.includes(clientId) || answered.includes(clientId)) return WAIT;
  const key = { round, attempt, step };
  return summing && sameStep(summing, key) ? WAIT : { kind: "sum", what, key };
}

/**
 * Whether a snapshot says that the coordinator has this client's result of that opening of a round. It does not of what was learned alone outside of any
 * round: who is not named as catching up may not have to before the next one, and yet before a later one.
 */
export function counts(snapshot: Snapshot, clientId: string, key: RoundKey): boolean {
  const { openRound, rounds } = snapshot;
  if (openRound?.round === key.round) return openRound.attempt === key.attempt && openRound.submitted.includes(clientId);
  if (catchesUpWith(snapshot, clientId, key.round)) return false;
  const isCounted = rounds.some(({ round, aggregated }) => round === key.round && aggregated.includes(clientId));
  return isCounted || rounds.some(({ late }) => late?.[clientId] === key.round);
}

/** A slower client does its share. What a newcomer does more, it has done before. */
function planFor({ config }: Snapshot, { round, shares }: OpenRound, { clientId }: LocalState): RoundPlan {
  const plan = roundPlanOf(methodOf(config.strategy, config.ranks), config, { round, isNewcomer: false });
  return planForShare(plan, shares?.[clientId] ?? 1, config.training);
}

export const standingOf = (done: DoneRound | null): Standing | null =>
  done && { round: done.round, attempt: done.attempt, submitted: done.submitted };

export const sameStep = (a: ExchangeKey, b: ExchangeKey): boolean => sameRound(a, b) && a.step === b.step;

export const sameRound = (a: RoundKey, b: RoundKey): boolean => a.round === b.round && a.attempt === b.attempt;
