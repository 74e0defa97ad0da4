/** The shared adapter of one federation and what its method remembers, in memory and on disk. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import type { AggregateInput } from "@duet/lora-core/rounds/roundEvents";
import { sentDown } from "@duet/lora-core/strategies/exchange";
import type { Contribution, Receive, ServerState } from "@duet/lora-core/strategies/strategy";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Federation } from "./federation.ts";

export interface SharedModel {
  /** What this client fetches in a round that receives so. */
  blob(clientId: string, receive: Receive): Uint8Array;
  /**
   * Aggregates one round into files; doing it again gives the same files. Holds the contributions of this one round in memory.
   * @throws {RangeError} when the method refuses the contributions; a system error when files cannot be read or written.
   */
  aggregate(round: number, inputs: readonly AggregateInput[]): Promise<void>;
  /** Makes the last aggregate what clients receive. Called once the federation's journal says so. */
  adopt(): void;
}

/** Opens the model of `modelRound`, or the initial one when null. */
export async function openSharedModel(
  federation: Federation,
  store: FederationStore,
  modelRound: number | null,
): Promise<SharedModel> {
  let state: ServerState = modelRound === null ? federation.initialState() : await store.readModel(modelRound);
  let result: ServerState | null = null;
  return {
    blob(clientId, receive) {
      const tensors = sentDown(federation.method.download(state, clientId), receive);
      return encodeAdapter(tensors, layoutOf(tensors));
    },
    async aggregate(round, inputs) {
      const contributions: Contribution[] = [];
      for (const { clientId, artifact, sampleCount } of inputs) {
        contributions.push({ clientId, sampleCount, tensors: await store.readSubmission(artifact) });
      }
      result = federation.method.aggregate(state, contributions, round);
      await store.writeModel(round, result);
    },
    adopt() {
      state = result ?? state;
      result = null;
    },
  };
}
