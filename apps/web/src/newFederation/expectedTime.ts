/** How long a federation's training takes a client, before anybody has trained: by its plans, and the products that they take. Pure. */

import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import type { Budget } from "@duet/lora-core/training/trainingConfig";

/** Rows that a client is taken to have, and how they are split (data/splitRows.ts). */
export const ROWS_EACH = 1000;
const ROWS = { train: 0.6 * ROWS_EACH, fusion: 0.1 * ROWS_EACH, test: 0.3 * ROWS_EACH } as const;
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
export const WORKS = ["personal", "shared", "measuring"] as const;
/** Seconds of one client: the training of each of its adapters, and what is measured of them. */
export type ExpectedTime = Readonly<Record<(typeof WORKS)[number], number>>;

/** Of rows that are all as long as they may be. @throws {UnsupportedModelError} on a base that is not supported. */
export function expectedTime({ model, strategy, budgets, training }: FederationConfig): ExpectedTime {
  const method = methodOf(strategy);
  const { linears } = parseArchitecture(model.config);
  const weights = linears.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  const secondsPer = (operations: number) => (operations * weights * training.maxTokens) / OPERATIONS_PER_SECOND;
  const rowsOf = ({ unit, amount }: Budget) => amount * (unit === "steps" ? training.batchSize : ROWS.train);
  const seconds = { personal: 0, shared: 0, measuring: 0 };
  for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
    const { steps, serve } = method.plan(budgets, { round, isNewcomer: false });
    for (const step of steps) if (step.kind === "train") seconds[step.slot] += secondsPer(OPERATIONS.step) * rowsOf(step.budget);
    seconds.measuring += secondsPer(OPERATIONS.forward) * (serve ? scoredRows(serve) : ROUND_TEST_BATCHES * training.batchSize);
  }
  return seconds;
}

/** The base, both adapters and their mixture on the test rows, and the fusion rows once for each mixture that is tried. */
const scoredRows = (serve: Serve): number =>
  4 * ROWS.test + (serve.kind === "fuse" ? serve.search.maxEvaluations * ROWS.fusion : 0);
