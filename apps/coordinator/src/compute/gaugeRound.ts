/** The aggregation error of a round whose result and contributions are on disk. */
import { countedContributions } from "@duet/lora-core/strategies/aggregateRound";
import { type AggregationError, aggregationError } from "@duet/lora-core/strategies/aggregationError";
import type { Bounds } from "@duet/lora-core/strategies/updateGuard";
import { readModelFiles } from "../storage/modelFiles.ts";
import { type AggregateInput, roundFrom } from "./aggregateRound.ts";

export interface GaugeInput extends AggregateInput {
  /** What its aggregation said. */
  readonly bounds: readonly Bounds[];
}

/** Null where it is not defined. @throws a system error when a file is not there any more. */
export async function gaugeRound({ bounds, ...input }: GaugeInput): Promise<AggregationError | null> {
  const { round } = await roundFrom(input);
  const contributions = countedContributions(round, bounds);
  return aggregationError({ ...round, contributions, after: await readModelFiles(input.after) });
}
