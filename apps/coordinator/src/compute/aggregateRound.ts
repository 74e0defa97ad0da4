/** One round's aggregation, from files into files. */
import { type AdapterLayout, layoutBytes, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import type { ServerState } from "@duet/lora-core/strategies/strategy";
import { type ModelFiles, type ModelRefs, writeModelFiles } from "../storage/modelFiles.ts";
import {
  type FederationFacts,
  methodIn,
  openModel,
  readWhenAsked,
  type StoredContribution,
  type StoredModel,
} from "./storedRound.ts";

export interface AggregateInput {
  readonly facts: FederationFacts;
  readonly round: number;
  readonly before: StoredModel;
  readonly contributions: readonly StoredContribution[];
  /** Layout of what clients sent. */
  readonly sent: AdapterLayout;
  /** Where the result is written, or lies. */
  readonly after: ModelFiles;
}

/**
 * Writes what the method makes of the contributions, and says what that is; doing it again writes the same.
 * @throws {RangeError} when the method refuses the contributions; a system error when files cannot be read or written.
 */
export async function aggregateRound({ facts, round, before, contributions, sent, after }: AggregateInput): Promise<ModelRefs> {
  const state = methodIn(facts).aggregate(await openModel(facts, before), readWhenAsked(contributions, sent), round);
  assertCanTravel(state);
  return writeModelFiles(after, state);
}

/** Merged updates grow from round to round. @throws {RangeError} when no message could carry the result. */
function assertCanTravel({ shared }: ServerState): void {
  const bytes = layoutBytes(layoutOf(shared));
  if (bytes <= MAX_ADAPTER_BYTES) return;
  throw new RangeError(
    `the merged update has grown to ${bytes} bytes and at most ${MAX_ADAPTER_BYTES} can be sent; choose a lower maxRank or fewer modules`,
  );
}
