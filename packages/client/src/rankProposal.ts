/** Which rank a client proposes where each may have its own: by what its memory holds, and by what its link makes of a round. Pure. */
import { adapterLayout, layoutBytes, travelling } from "@duet/lora-core/adapters/adapterLayout";
import { adapterOfRank } from "@duet/lora-core/adapters/adapterRank";
import { halvesOf } from "@duet/lora-core/architectures/memoryProposal";
import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { trainingsIn } from "@duet/lora-core/strategies/trainings";

/** Each halving of the rank has to shorten a round by as much of it, and by as many seconds: fewer ranks learn less, and nobody notices less time. */
const LEAST_SHARE = 0.1;
const LEAST_SECONDS = 5;
/** The first federated round stands for all: with most methods they are alike. */
const ROUND = 1;

/** What was measured on this device. */
export interface Measured {
  readonly speed: StepSpeed;
  readonly trainRows: number;
  /** Of the link to the coordinator; null where it was not measured. */
  readonly bytesPerSecond: number | null;
}

export interface RankProposal {
  readonly rank: number;
  /** Why it is not the federation's; all: it is. */
  readonly why: "all" | "memory" | "link";
  /** Seconds of a round, training and transfer, with what the memory holds and with this rank; null where they are not known. */
  readonly seconds: { readonly held: number; readonly proposed: number } | null;
}

/** `held` is what the memory holds. How long a step takes counts as the same for all ranks: it hardly differs (docs/adr/0077). */
export function proposeRank(config: FederationConfig, held: number, measured: Measured | null): RankProposal {
  const byMemory = held < config.adapter.rank ? "memory" : "all";
  const { bytesPerSecond = null } = measured ?? {};
  if (!measured || bytesPerSecond === null) return { rank: held, why: byMemory, seconds: null };
  const training = trainingSeconds(config, measured);
  const secondsOf = (rank: number) => training + roundBytes(config, rank) / bytesPerSecond;
  const ranks = halvesOf(held);
  const rank = ranks.find((one, at) => !isWorthIt(secondsOf(one), secondsOf(ranks[at + 1] ?? one))) ?? held;
  const seconds = { held: secondsOf(held), proposed: secondsOf(rank) };
  return { rank, why: rank < held ? "link" : byMemory, seconds };
}

/** What travels of a client of this rank in a federated round, down and up. In a secure sum it sends as much as everybody. */
export function roundBytes(config: FederationConfig, rank: number): number {
  const own = { ...config, adapter: adapterOfRank(config.adapter, rank) };
  const { receive } = planOf(config);
  const down = receive ? layoutBytes(travelling(adapterLayout(parseBase(config.model.config).linears, own.adapter))) : 0;
  return down + uploadSize(config.aggregation === "secure" ? config : own, ROUND);
}

function isWorthIt(before: number, after: number): boolean {
  const saved = before - after;
  return saved >= LEAST_SECONDS && saved >= LEAST_SHARE * before;
}

function trainingSeconds(config: FederationConfig, { speed, trainRows }: Measured): number {
  const perRow = (speed.seconds / speed.tokens) * speed.tokensPerRow;
  const trained = trainingsIn(planOf(config).steps);
  const rows = trained.map(({ budget: { unit, amount } }) => amount * (unit === "steps" ? config.training.batchSize : trainRows));
  return perRow * rows.reduce((sum, count) => sum + count, 0);
}

const planOf = ({ strategy, budgets, ranks }: FederationConfig) =>
  methodOf(strategy, ranks).plan(budgets, { round: ROUND, isNewcomer: false });
