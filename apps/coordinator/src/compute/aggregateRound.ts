/** One round's aggregation, from files into files. */
import { layoutBytes, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import type { RoundMeans } from "@duet/lora-core/protocol/metrics";
import { aggregateRound as aggregate, type RoundToAggregate } from "@duet/lora-core/strategies/aggregateRound";
import { uploadLayout } from "@duet/lora-core/strategies/exchange";
import { atFullRank } from "@duet/lora-core/strategies/ownRanks";
import type { ServerState } from "@duet/lora-core/strategies/strategy";
import type { Bounds } from "@duet/lora-core/strategies/updateGuard";
import type { ClientStanding } from "@duet/lora-core/strategies/updateStanding";
import { timesWork } from "@duet/lora-core/strategies/workShare";
import { type ModelFiles, type ModelRefs, writeModelFiles } from "../storage/modelFiles.ts";
import {
  type FederationFacts,
  methodIn,
  openModel,
  readWhenAsked,
  type StoredContribution,
  type StoredModel,
} from "./storedRound.ts";
import { type StoredSum, summedContribution } from "./summedContribution.ts";

export interface AggregateInput {
  readonly facts: FederationFacts;
  readonly round: number;
  readonly before: StoredModel;
  readonly shared: SharedByClients;
  /** What is multiplied with what clients shared: below 1 where some did fewer steps (strategies/workShare.ts). */
  readonly work: number;
  /** Where the result is written, or lies. */
  readonly after: ModelFiles;
}

/** What clients shared: each by itself, or their secure sum. */
export type SharedByClients =
  | { readonly kind: "each"; readonly contributions: readonly StoredContribution[] }
  | { readonly kind: "sum"; readonly sum: StoredSum };

export interface AggregateResult {
  readonly refs: ModelRefs;
  /** What the guard did to each contribution, in their order. */
  readonly bounds: readonly Bounds[];
  /** Empty where nobody sees single updates. */
  readonly standings: readonly ClientStanding[];
  /** Of a secure sum. */
  readonly means: RoundMeans | null;
}

/**
 * Writes what the guard, the federation's rule and its method make of the contributions, and says what that is and how each update
 * stood; doing it again writes the same.
 * @throws {RangeError} when the method refuses the contributions; a system error when files cannot be read or written.
 */
export async function aggregateRound(input: AggregateInput): Promise<AggregateResult> {
  const { round, means } = await roundFrom(input);
  const { after, bounds, standings } = aggregate(round);
  assertCanTravel(after);
  return { refs: await writeModelFiles(input.after, after), bounds, standings: means ? [] : standings, means };
}

/** The round as the core knows it; contributions are read when they are asked for. */
export async function roundFrom({ facts, round, before, shared, work }: AggregateInput): Promise<RoundFrom> {
  const method = methodIn(facts);
  const { layout } = facts;
  const plan = method.plan(facts.budgets, { round, isNewcomer: false });
  if (!plan.upload) throw new RangeError(`Nothing to aggregate: clients send nothing in round ${round}`);
  const sent = uploadLayout(layout, plan.upload);
  const summed = shared.kind === "sum" ? await summedContribution(shared.sum, sent) : null;
  const state = await openModel(facts, before);
  const form = { layout, upload: plan.upload, coding: facts.upload };
  const handedOut = (clientId: string) => method.download(state, clientId);
  const sentBy = shared.kind === "each" ? readWhenAsked(shared.contributions, form, handedOut) : [];
  const atOneRank = atFullRank(sentBy, plan.upload, facts.ranks, handedOut);
  const toAggregate: RoundToAggregate = {
    method,
    robustness: facts.robustness,
    round,
    plan,
    rank: layout[0]?.shape[0] ?? 0,
    before: state,
    contributions: timesWork(summed ? [summed.contribution] : atOneRank, work),
  };
  return { round: toAggregate, means: summed?.means ?? null };
}

interface RoundFrom {
  readonly round: RoundToAggregate;
  readonly means: RoundMeans | null;
}

/** Merged updates grow from round to round. @throws {RangeError} when no message could carry the result. */
function assertCanTravel({ shared }: ServerState): void {
  const bytes = layoutBytes(layoutOf(shared));
  if (bytes <= MAX_ADAPTER_BYTES) return;
  throw new RangeError(
    `the merged update has grown to ${bytes} bytes and at most ${MAX_ADAPTER_BYTES} can be sent; choose a lower maxRank or fewer modules`,
  );
}
