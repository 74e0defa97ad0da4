/**
 * The secure sum of one round as the round machine sees it (Bonawitz et al. 2017, figure 4): who is asked, who has answered, what
 * follows. What the answers hold is opaque here, see secureAggregation/. Pure.
 */

import { leastMembers, thresholdOf } from "../secureAggregation/attempt.ts";
import { EXCHANGE_STEPS, type ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";

/** Names of what is stored of clients' answers to a step, by the clients' ids. */
export type Answers = Readonly<Record<string, string>>;

export interface Exchange {
  /** Counted over all openings of its round, from 1: no two of them share a key. */
  readonly attempt: number;
  readonly step: ExchangeStep;
  readonly asked: readonly string[];
  readonly answers: Answers;
  /** Of the steps before this one. */
  readonly earlier: Readonly<Partial<Record<ExchangeStep, Answers>>>;
  /** Of this step. Not in force while paused; moved by the length of the pause. */
  readonly deadlineAt: number;
}

/** What the coordinator is trusted with, see docs/privacy.md. */
const TRUST = { coordinator: "curious" } as const;

export interface ExchangePolicy {
  /** For a step in which little is sent. */
  readonly stepMs: number;
  /** For the masked input. */
  readonly inputMs: number;
  /** Rounds that share no adapter sum the clients' figures alone. */
  readonly sumsFigures: boolean;
}

/** Exchanges of one opening of a round before the clients are asked for the round again. */
export const MAX_EXCHANGES = 5;

/** Answers that a step needs to be followed by the next one. */
export function answersNeeded({ step, asked, earlier }: Pick<Exchange, "step" | "asked" | "earlier">): number {
  if (step === "keys") return MIN_CLIENTS;
  const withKeys = Object.keys(earlier.keys ?? {}).length || asked.length;
  return step === "unmask" ? thresholdOf(TRUST, withKeys) : leastMembers(TRUST, withKeys);
}

/** The first step of an exchange between these clients. */
export function beginExchange(attempt: number, clients: readonly string[], deadlineAt: number): Exchange {
  return { attempt, step: "keys", asked: clients, answers: {}, earlier: {}, deadlineAt };
}

/** The step after this one, for who answered; null after the last. */
export function nextExchangeStep(exchange: Exchange, at: number, policy: ExchangePolicy): Exchange | null {
  const { attempt, step, answers, earlier } = exchange;
  const next = EXCHANGE_STEPS[EXCHANGE_STEPS.indexOf(step) + 1];
  if (!next) return null;
  return {
    attempt,
    step: next,
    asked: Object.keys(answers),
    answers: {},
    earlier: { ...earlier, [step]: answers },
    deadlineAt: at + (next === "input" ? policy.inputMs : policy.stepMs),
  };
}

/** The answers of a step that is over, or is under way. */
export function answersOf({ step, answers, earlier }: Exchange, of: ExchangeStep): Answers {
  return (of === step ? answers : earlier[of]) ?? {};
}

/** Who is in the sum. */
export function summedClients(exchange: Exchange): readonly string[] {
  return Object.keys(answersOf(exchange, "input"));
}

/** Everything of it that is stored. */
export function exchangeArtifacts({ answers, earlier }: Exchange): readonly string[] {
  return [answers, ...Object.values(earlier)].flatMap((of) => Object.values(of));
}
