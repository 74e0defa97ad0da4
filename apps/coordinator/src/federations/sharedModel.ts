/** The shared adapter of one federation and what its method remembers: on disk, and worked on in threads. */
import { layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { countedTask, termsOfStatistics } from "@duet/lora-core/federation/statisticsVector";
import { sumSizeOf, termsOfSum, weightingOf } from "@duet/lora-core/federation/updateVector";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import type { RoundMeans } from "@duet/lora-core/protocol/metrics";
import { answersOf, type Exchange } from "@duet/lora-core/rounds/exchange";
import type { RoundCommand } from "@duet/lora-core/rounds/roundEvents";
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import type { AggregationError } from "@duet/lora-core/strategies/aggregationError";
import type { Receive } from "@duet/lora-core/strategies/strategy";
import type { ClientStanding } from "@duet/lora-core/strategies/updateStanding";
import { effectiveWork } from "@duet/lora-core/strategies/workShare";
import type { SharedByClients } from "../compute/aggregateRound.ts";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import type { FederationFacts, StoredContribution, StoredModel } from "../compute/storedRound.ts";
import type { StoredSum } from "../compute/summedContribution.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Federation } from "./federation.ts";

/** How far the result is from the mean of what the clients learned; the contributions must still be on disk. */
export type Gauge = () => Promise<AggregationError | null>;

/** What is to be aggregated, and whose keys signed what is in a secure sum. */
export interface AggregateWork extends Omit<Extract<RoundCommand, { type: "aggregate" }>, "type"> {
  /** Public keys, by client. */
  readonly identities: Readonly<Record<string, string>>;
  /** What updates in a noisy sum were clipped to, see `clipOf`. */
  readonly clip: number | null;
}

export interface AggregatedRound {
  readonly standings: readonly ClientStanding[];
  /** Of a secure sum. */
  readonly means: RoundMeans | null;
  /** Null where nobody sees what each client learned. */
  readonly gauge: Gauge | null;
}

export interface SharedModel {
  /**
   * Has what this client fetches in a round that receives so on disk, and names it. Made once for everyone, unless the method has
   * something of its own for each; made again when its file is gone. Of a client's own rank, where it has one. @throws a system error when it cannot be
   * read or written.
   */
  blob(clientId: string, receive: Receive, rank?: number): Promise<BlobRef>;
  /**
   * Aggregates one round into files, and a round that shares no adapter into its means alone; doing it again gives the same. Resolves with how each update stood, and how to gauge the result.
   * @throws {RangeError} when the method refuses the contributions; {DamagedSubmissionError} when one is not what its client sent; a
   * system error when files cannot be read or written.
   */
  aggregate(work: AggregateWork): Promise<AggregatedRound>;
  /** What rows are like, from a sum that is made of nothing else. @throws as {@link aggregate}, but for what a method refuses. */
  count(work: AggregateWork): Promise<RowStatistics>;
  /** Makes that round's aggregate what clients receive. Called once the federation's journal says so. */
  adopt(round: number | null): void;
}

/** Opens the model of `modelRound`, or the initial one when null. @throws when its files cannot be read. */
export async function openSharedModel(
  federationId: string,
  federation: Federation,
  store: FederationStore,
  compute: ComputeThreads,
  modelRound: number | null,
): Promise<SharedModel> {
  const { config, method, layout } = federation;
  const { strategy, ranks, robustness, upload, budgets, seed } = config;
  const facts: FederationFacts = { strategy, ranks, robustness, upload, budgets, layout, seed };
  const modelOf = async (round: number | null): Promise<StoredModel> => {
    if (round !== null) return { kind: "round", files: await store.modelFiles(round) };
    return config.initialAdapter === null ? { kind: "seed" } : { kind: "brought", path: await store.initialFile() };
  };
  // Checked, not read: the threads read it when they need it.
  await modelOf(modelRound);

  let current = modelRound;
  const served = new Map<string, Promise<BlobRef>>();

  async function serve(clientId: string, receive: Receive, rank: number | undefined): Promise<BlobRef> {
    const from = current;
    const kind = method.downloadsDiffer ? "serveOne" : "serve";
    const { content, ...blob } = await compute.run(kind, { facts, model: await modelOf(from), clientId, receive, rank });
    await store.offer(from, content, blob);
    return blob;
  }

  async function sharedIn(work: AggregateWork): Promise<SharedByClients> {
    const { inputs, exchange } = work;
    if (exchange) return { kind: "sum", sum: await storedSum(work, exchange) };
    const contributions: StoredContribution[] = [];
    for (const { clientId, artifact, sampleCount, rank, weight } of inputs) {
      contributions.push({ clientId, sampleCount, rank, weight, path: await store.submissionFile(artifact) });
    }
    return { kind: "each", contributions };
  }

  async function storedSum(work: AggregateWork, exchange: Exchange): Promise<StoredSum> {
    const { round, clip, identities } = work;
    const answersTo = async (step: ExchangeStep) => {
      const answers = [];
      for (const [clientId, artifact] of Object.entries(answersOf(exchange, step))) {
        answers.push({ clientId, path: await store.submissionFile(artifact) });
      }
      return answers;
    };
    const updateBytes = layoutBytes(federation.uploadLayoutOf(round) ?? []);
    const size = sumSizeOf(config, round, clip);
    const name = { federationId, round, attempt: exchange.attempt };
    return {
      terms: work.forStatistics ? termsOfStatistics(name, countedTask(config)) : termsOfSum(name, size, updateBytes),
      weighting: weightingOf(config),
      privacy: size.privacy,
      identities,
      answers: {
        keys: await answersTo("keys"),
        shares: await answersTo("shares"),
        input: await answersTo("input"),
        agree: await answersTo("agree"),
        unmask: await answersTo("unmask"),
      },
    };
  }

  async function blob(clientId: string, receive: Receive, rank?: number): Promise<BlobRef> {
    const key = method.downloadsDiffer ? `${receive.part} of ${clientId}` : `${receive.part} ${rank ?? ""}`;
    const known = served.get(key);
    if (!known) {
      const made = serve(clientId, receive, rank);
      served.set(key, made);
      made.catch(() => served.get(key) === made && served.delete(key));
      return made;
    }
    const made = await known;
    if ((await store.offeredFile(current, made.sha256)) !== null) return made;
    if (served.get(key) === known) served.delete(key);
    return blob(clientId, receive, rank);
  }

  return {
    blob,
    async count(work) {
      if (!work.exchange) throw new RangeError("What rows are like is summed, and there is no sum");
      return compute.run("statistics", await storedSum(work, work.exchange));
    },
    async aggregate(work) {
      const { round, exchange, inputs } = work;
      if (exchange && !federation.uploadLayoutOf(round)) {
        return { standings: [], means: await compute.run("figures", await storedSum(work, exchange)), gauge: null };
      }
      const shared = await sharedIn(work);
      const shares = inputs.map(({ share }) => share);
      const times = effectiveWork(federation.planOf(round), shares, config.training);
      const input = { facts, round, before: await modelOf(current), shared, work: times };
      const { bounds, standings, means } = await store.writeModel(round, (after) =>
        compute.run("aggregate", { ...input, after }),
      );
      const gauge = async () => compute.run("gauge", { ...input, bounds, after: await store.modelFiles(round) });
      return { standings, means, gauge: shared.kind === "each" ? gauge : null };
    },
    adopt(round) {
      current = round;
      served.clear();
    },
  };
}
