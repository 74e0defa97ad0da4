/** The shared adapter of one federation and what its method remembers, in memory and on disk. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { layoutBytes, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import type { AggregateInput } from "@duet/lora-core/rounds/roundEvents";
import { type AggregationError, aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { sentDown } from "@duet/lora-core/strategies/exchange";
import type { Contribution, Receive, ServerState } from "@duet/lora-core/strategies/strategy";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Federation } from "./federation.ts";

export interface SharedModel {
  /** What this client fetches in a round that receives so. */
  blob(clientId: string, receive: Receive): Uint8Array;
  /**
   * Aggregates one round into files and says how far the result is from the mean of what the clients learned; doing it again gives
   * the same. Holds the contributions of this one round in memory.
   * @throws {RangeError} when the method refuses the contributions; {DamagedSubmissionError} when one is not what its client sent;
   * a system error when files cannot be read or written.
   */
  aggregate(round: number, inputs: readonly AggregateInput[]): Promise<AggregationError | null>;
  /** Makes the last aggregate what clients receive. Called once the federation's journal says so. */
  adopt(): void;
}

/** Opens the model of `modelRound`, or the initial one when null. */
export async function openSharedModel(
  federation: Federation,
  store: FederationStore,
  modelRound: number | null,
): Promise<SharedModel> {
  const begin = async () => federation.initialState(federation.config.initialAdapter === null ? null : await store.readInitial());
  let state: ServerState = modelRound === null ? await begin() : await store.readModel(modelRound);
  let result: ServerState | null = null;
  return {
    blob(clientId, receive) {
      const tensors = sentDown(federation.method.download(state, clientId), receive);
      return encodeAdapter(tensors, layoutOf(tensors));
    },
    async aggregate(round, inputs) {
      const layout = federation.uploadLayoutOf(round) ?? [];
      const contributions: Contribution[] = [];
      for (const { clientId, artifact, sampleCount } of inputs) {
        contributions.push({ clientId, sampleCount, tensors: await store.readSubmission(artifact, layout) });
      }
      const { method, config } = federation;
      const after = method.aggregate(state, contributions, round);
      assertCanTravel(after);
      await store.writeModel(round, after);
      result = after;
      const plan = federation.planOf(round);
      return aggregationError({ method, plan, rank: config.adapter.rank, before: state, contributions, after });
    },
    adopt() {
      state = result ?? state;
      result = null;
    },
  };
}

/** Merged updates grow from round to round. @throws {RangeError} when no message could carry the result. */
function assertCanTravel({ shared }: ServerState): void {
  const bytes = layoutBytes(layoutOf(shared));
  if (bytes <= MAX_ADAPTER_BYTES) return;
  throw new RangeError(
    `the merged update has grown to ${bytes} bytes and at most ${MAX_ADAPTER_BYTES} can be sent; choose a lower maxRank or fewer modules`,
  );
}
