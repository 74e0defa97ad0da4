/** The shared adapter of one federation and what its method remembers: on disk, and worked on in threads. */
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import type { AggregateInput } from "@duet/lora-core/rounds/roundEvents";
import type { AggregationError } from "@duet/lora-core/strategies/aggregationError";
import type { Receive } from "@duet/lora-core/strategies/strategy";
import type { ClientStanding } from "@duet/lora-core/strategies/updateStanding";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import type { FederationFacts, StoredContribution, StoredModel } from "../compute/storedRound.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Federation } from "./federation.ts";

/** How far the result is from the mean of what the clients learned; the contributions must still be on disk. */
export type Gauge = () => Promise<AggregationError | null>;

export interface AggregatedRound {
  readonly standings: readonly ClientStanding[];
  readonly gauge: Gauge;
}

export interface SharedModel {
  /**
   * Has what this client fetches in a round that receives so on disk, and names it. Made once for everyone, unless the method has
   * something of its own for each; made again when its file is gone. @throws a system error when it cannot be read or written.
   */
  blob(clientId: string, receive: Receive): Promise<BlobRef>;
  /**
   * Aggregates one round into files; doing it again gives the same. Resolves with how each update stood, and how to gauge the result.
   * @throws {RangeError} when the method refuses the contributions; {DamagedSubmissionError} when one is not what its client sent; a
   * system error when files cannot be read or written.
   */
  aggregate(round: number, inputs: readonly AggregateInput[]): Promise<AggregatedRound>;
  /** Makes that round's aggregate what clients receive. Called once the federation's journal says so. */
  adopt(round: number | null): void;
}

/** Opens the model of `modelRound`, or the initial one when null. @throws when its files cannot be read. */
export async function openSharedModel(
  federation: Federation,
  store: FederationStore,
  compute: ComputeThreads,
  modelRound: number | null,
): Promise<SharedModel> {
  const { config, method, layout } = federation;
  const { strategy, robustness, budgets, seed } = config;
  const facts: FederationFacts = { strategy, robustness, budgets, layout, seed };
  const modelOf = async (round: number | null): Promise<StoredModel> => {
    if (round !== null) return { kind: "round", files: await store.modelFiles(round) };
    return config.initialAdapter === null ? { kind: "seed" } : { kind: "brought", path: await store.initialFile() };
  };
  // Checked, not read: the threads read it when they need it.
  await modelOf(modelRound);

  let current = modelRound;
  const served = new Map<string, Promise<BlobRef>>();

  async function serve(clientId: string, receive: Receive): Promise<BlobRef> {
    const from = current;
    const kind = method.downloadsDiffer ? "serveOne" : "serve";
    const { content, ...blob } = await compute.run(kind, { facts, model: await modelOf(from), clientId, receive });
    await store.offer(from, content, blob);
    return blob;
  }

  async function blob(clientId: string, receive: Receive): Promise<BlobRef> {
    const key = method.downloadsDiffer ? `${receive.part} of ${clientId}` : receive.part;
    const known = served.get(key);
    if (!known) {
      const made = serve(clientId, receive);
      served.set(key, made);
      made.catch(() => served.get(key) === made && served.delete(key));
      return made;
    }
    const made = await known;
    if ((await store.offeredFile(current, made.sha256)) !== null) return made;
    if (served.get(key) === known) served.delete(key);
    return blob(clientId, receive);
  }

  return {
    blob,
    async aggregate(round, inputs) {
      const contributions: StoredContribution[] = [];
      for (const { clientId, artifact, sampleCount } of inputs) {
        contributions.push({ clientId, sampleCount, path: await store.submissionFile(artifact) });
      }
      const sent = federation.uploadLayoutOf(round) ?? [];
      const work = { facts, round, before: await modelOf(current), contributions, sent };
      const { standings } = await store.writeModel(round, (after) => compute.run("aggregate", { ...work, after }));
      return { standings, gauge: async () => compute.run("gauge", { ...work, after: await store.modelFiles(round) }) };
    },
    adopt(round) {
      current = round;
      served.clear();
    },
  };
}
