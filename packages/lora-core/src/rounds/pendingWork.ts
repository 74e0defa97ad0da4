/**
 * What a state waits for. Commands are the difference between two states' pending work, so a transition cannot forget to cancel
 * a timer, and a restart runs exactly what the restored state still needs.
 */

import { awayIn } from "./clientIndex.ts";
import { answersOf } from "./exchange.ts";
import { lateWeight } from "./lateAnswers.ts";
import { shareOf } from "./pace.ts";
import { isPatient } from "./patience.ts";
import type { AggregateInput, RoundCommand, RoundEvent, TimerEvent } from "./roundEvents.ts";
import { enrolled, type RoundPhase, type RoundState, specOf } from "./roundState.ts";

type AggregateCommand = Extract<RoundCommand, { type: "aggregate" }>;

interface Timer {
  readonly key: string;
  readonly at: number;
  readonly event: TimerEvent;
}

/** Commands that lead from `before` to `after`; with `before` null, all that `after` needs. */
export function commandsBetween(before: RoundState | null, after: RoundState): readonly RoundCommand[] {
  const running = new Map((before ? timersOf(before) : []).map((timer) => [timer.key, timer.at]));
  const wanted = timersOf(after);
  const keys = new Set(wanted.map(({ key }) => key));
  const cancelled = [...running.keys()].filter((key) => !keys.has(key));
  const started = wanted.filter(({ key, at }) => running.get(key) !== at);
  const aggregation = aggregationOf(after);
  const isUnderWay = before !== null && isSameAggregation(aggregationOf(before), aggregation);
  return [
    ...cancelled.map((key): RoundCommand => ({ type: "cancelTimer", key })),
    ...started.map((timer): RoundCommand => ({ type: "startTimer", ...timer })),
    ...(aggregation && !isUnderWay ? [aggregation] : []),
  ];
}

/**
 * The timer to be set again after its event changed nothing: while it is still wanted, that can only mean that it fired too early.
 * Empty for every other event.
 */
export function timerAgain(state: RoundState, event: RoundEvent): readonly RoundCommand[] {
  if (!isTimerEvent(event)) return [];
  const timer = timersOf(state).find(({ key }) => key === keyOf(event));
  return timer ? [{ type: "startTimer", ...timer }] : [];
}

/** Thousands may be away at once, as after a restart: the others' timers follow as these have ended. */
const EXPIRING = 32;

function* take<T>(all: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const one of all) {
    if (taken++ === count) return;
    yield one;
  }
}

function timersOf(state: RoundState): readonly Timer[] {
  const { phase, paused, clients } = state;
  if (phase.kind === "ended") return [];
  const timers: Timer[] = [];
  for (const [clientId, awayUntil] of take(awayIn(clients), EXPIRING))
    timers.push(timer(awayUntil, { type: "graceExpired", clientId }));
  if (paused) return timers;
  if (phase.kind === "waiting" && phase.until !== null) timers.push(timer(phase.until, { type: "waitExpired" }));
  if (phase.kind === "collecting") {
    const { attempt, deadlineAt } = phase.open;
    const patient = isPatient(state, phase.open) ? ({ patient: true } as const) : {};
    timers.push(timer(deadlineAt, { type: "deadlinePassed", round: specOf(state, phase.open).round, attempt, ...patient }));
  }
  if (phase.kind === "exchanging") {
    const { attempt, step, deadlineAt } = phase.exchange;
    const { round } = specOf(state, phase.open);
    timers.push(timer(deadlineAt, { type: "exchangeDeadlinePassed", round, attempt, step }));
  }
  return timers;
}

const timer = (at: number, event: TimerEvent): Timer => ({ key: keyOf(event), at, event });

/** One timer for each of the first {@link EXPIRING} clients whose grace ends, and one each for the wait, for every opening of a round and for every step of its secure sums. */
function keyOf(event: TimerEvent): string {
  switch (event.type) {
    case "graceExpired":
      return `grace:${event.clientId}`;
    case "waitExpired":
      return "wait";
    case "deadlinePassed":
      return `deadline:${event.round}:${event.attempt}`;
    case "exchangeDeadlinePassed":
      return `exchange:${event.round}:${event.attempt}:${event.step}`;
    default:
      return event satisfies never;
  }
}

const TIMER_EVENTS: ReadonlySet<RoundEvent["type"]> = new Set<TimerEvent["type"]>([
  "graceExpired",
  "waitExpired",
  "deadlinePassed",
  "exchangeDeadlinePassed",
]);

function isTimerEvent(event: RoundEvent): event is TimerEvent & RoundEvent {
  return TIMER_EVENTS.has(event.type);
}

function aggregationOf(state: RoundState): AggregateCommand | null {
  const { phase } = state;
  if (phase.kind !== "aggregating" || phase.stalled) return null;
  return {
    type: "aggregate",
    round: specOf(state, phase.open).round,
    inputs: inputsOf(state, phase),
    exchange: phase.exchange,
    ...(phase.open.forStatistics ? { forStatistics: true } : {}),
  };
}

/** Without a contribution that turned out to be damaged it is another one. */
function isSameAggregation(before: AggregateCommand | null, after: AggregateCommand | null): boolean {
  return (
    before?.round === after?.round &&
    before?.forStatistics === after?.forStatistics &&
    before?.inputs.length === after?.inputs.length
  );
}

function rankOf(state: RoundState, clientId: string): Pick<AggregateInput, "rank"> {
  const rank = enrolled(state, clientId)?.rank;
  return rank === undefined ? {} : { rank };
}

function inputsOf(
  state: RoundState,
  { open, exchange }: Extract<RoundPhase, { kind: "aggregating" }>,
): readonly AggregateInput[] {
  const sent = Object.entries(open.submissions).map(([id, { artifact }]) => [id, artifact] as const);
  const inputs = exchange ? Object.entries(answersOf(exchange, "input")) : sent;
  const inTime = inputs.flatMap(([clientId, artifact]) =>
    artifact === null
      ? []
      : [
          {
            clientId,
            artifact,
            sampleCount: open.submissions[clientId]?.sampleCount ?? 0,
            share: shareOf(state, open, clientId),
            ...rankOf(state, clientId),
          },
        ],
  );
  return [...inTime, ...lateInputs(state, specOf(state, open).round)];
}

/** What came late, beside what came in time in this round. */
function lateInputs({ rounds, ...state }: RoundState, counts: number): readonly AggregateInput[] {
  return state.late.map(({ clientId, round, artifact, sampleCount }) => ({
    clientId,
    artifact,
    sampleCount,
    share: rounds.find((view) => view.round === round)?.shares?.[clientId] ?? 1,
    weight: lateWeight(round, counts),
    ...rankOf({ rounds, ...state }, clientId),
  }));
}
