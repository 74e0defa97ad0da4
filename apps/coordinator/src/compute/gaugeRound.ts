/** The aggregation error of a round whose result and contributions are on disk. */
import { countedContributions } from "@duet/lora-core/strategies/aggregateRound";
import { type AggregationError, aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { readModelFiles } from "../storage/modelFiles.ts";
import { type AggregateInput, roundFrom } from "./aggregateRound.ts";

/** Null where it is not defined. @throws a system error when a file is not there any more. */
export async function gaugeRound(input: AggregateInput): Promise<AggregationError | null> {
  const { round } = await roundFrom(input);
  return aggregationError({ ...round, contributions: countedContributions(round), after: await readModelFiles(input.after) });
}
