/** The aggregation error of a round whose result and contributions are on disk. */
import { type AggregationError, aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { readModelFiles } from "../storage/modelFiles.ts";
import type { AggregateInput } from "./aggregateRound.ts";
import { methodIn, openModel, readWhenAsked } from "./storedRound.ts";

/** Null where it is not defined. @throws a system error when a file is not there any more. */
export async function gaugeRound({
  facts,
  round,
  before,
  contributions,
  sent,
  after,
}: AggregateInput): Promise<AggregationError | null> {
  const method = methodIn(facts);
  return aggregationError({
    method,
    plan: method.plan(facts.budgets, { round, isNewcomer: false }),
    rank: facts.layout[0]?.shape[0] ?? 0,
    before: await openModel(facts, before),
    contributions: readWhenAsked(contributions, sent),
    after: await readModelFiles(after),
  });
}
