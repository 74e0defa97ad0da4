/** How long a federation's training takes a client, by its plans and how fast its steps are: measured, or guessed before anybody has trained. Pure. */

import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { SampleCounts } from "@duet/lora-core/protocol/metrics";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import { isTraining, trainingsIn } from "@duet/lora-core/strategies/trainings";
import type { Budget } from "@duet/lora-core/training/trainingConfig";

/** Rows that a client is taken to have, and how they are split (data/splitRows.ts). */
export const ROWS_EACH = 1000;
const GUESSED_ROWS: SampleCounts = { train: 0.6 * ROWS_EACH, fusion: 0.1 * ROWS_EACH, test: 0.3 * ROWS_EACH };
/** Batches of test rows that a round measures before the last one (lora-engine, training/measureRound.ts). */
const ROUND_TEST_BATCHES = 3;
/**
 * Operations a second of WebAssembly with two threads, the slower of the two bases of docs/performance.md, "Beside stock TF.js, jax-js and PyTorch":
 * a step of duet-tiny, 512 tokens, in 227 ms.
 */
const OPERATIONS_PER_SECOND = 2.5e10;
/** Of a weight and a token: a product and a sum forward, as many for the gradient of what goes in. */
const OPERATIONS = { forward: 2, step: 4 } as const;

/** What a client does, in the order in which it is shown. */
export const WORKS = ["personal", "shared", "alone", "measuring"] as const;
/** Seconds of one client: the training of each of its adapters and of what they are compared with, and what is measured of them. */
export type ExpectedTime = Readonly<Record<(typeof WORKS)[number], number>>;

/** How much a client has to do, and how fast it is. */
export interface Pace {
  readonly rows: SampleCounts;
  /** That each row of a training step takes. */
  readonly secondsPerRow: number;
}

type Plans = Pick<FederationConfig, "strategy" | "budgets" | "training" | "beforeAggregation" | "alone">;

export const measuredPace = ({ tokens, seconds, tokensPerRow }: StepSpeed, rows: SampleCounts): Pace => ({
  rows,
  secondsPerRow: (seconds / tokens) * tokensPerRow,
});

/** Of rows that are all as long as they may be, as many as are taken to be there where nobody knows. @throws {UnsupportedModelError} on a base that is not supported. */
export function guessedPace({ model, training }: Pick<FederationConfig, "model" | "training">, rows = GUESSED_ROWS): Pace {
  const { linears } = parseBase(model.config);
  const weights = linears.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  return { rows, secondsPerRow: (OPERATIONS.step * weights * training.maxTokens) / OPERATIONS_PER_SECOND };
}

/** Of every round; of a client that comes when round `after` has begun, of those that are left. */
export function expectedRounds(
  plans: Plans,
  { rows, secondsPerRow }: Pace,
  after: number | null = null,
): readonly ExpectedTime[] {
  const { strategy, budgets, training } = plans;
  const method = methodOf(strategy);
  const rowsOf = ({ unit, amount }: Budget) => amount * (unit === "steps" ? training.batchSize : rows.train);
  const measured = Math.min(rows.test, ROUND_TEST_BATCHES * training.batchSize);
  const left = roundNumbers(method.firstRound, budgets.rounds).filter((round) => after === null || round > after);
  return left.map((round, at) => {
    const context = { round, isNewcomer: after !== null && at === 0 };
    const { steps, serve, beforeAggregation, alone } = roundPlanOf(method, plans, context);
    const besides = [beforeAggregation, alone].filter(Boolean).length;
    const forward = serve ? scoredRows(serve, rows) + (alone ? rows.test : 0) : (1 + besides) * measured;
    const seconds = {
      personal: 0,
      shared: 0,
      alone: 0,
      measuring: (OPERATIONS.forward / OPERATIONS.step) * secondsPerRow * forward,
    };
    for (const { slot, budget } of trainingsIn(steps)) seconds[slot] += secondsPerRow * rowsOf(budget);
    if (alone) for (const { budget } of steps.filter(isTraining)) seconds.alone += secondsPerRow * rowsOf(budget);
    return seconds;
  });
}

/** Of all rounds together. */
export function expectedTime(plans: Plans, pace: Pace): ExpectedTime {
  const rounds = expectedRounds(plans, pace);
  const sumOf = (work: (typeof WORKS)[number]) => rounds.reduce((sum, round) => sum + round[work], 0);
  return { personal: sumOf("personal"), shared: sumOf("shared"), alone: sumOf("alone"), measuring: sumOf("measuring") };
}

export const totalOf = (time: ExpectedTime): number => WORKS.reduce((sum, work) => sum + time[work], 0);

/** The base, both adapters and their mixture on the test rows, and the fusion rows once for each mixture that is tried. */
const scoredRows = (serve: Serve, { test, fusion }: SampleCounts): number =>
  4 * test + (serve.kind === "fuse" ? serve.search.maxEvaluations * fusion : 0);
