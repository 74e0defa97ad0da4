/** What a secure sum comes to: from the clients' stored answers, without a single update ever being there. */
import { readFile } from "node:fs/promises";
import type { AdapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import type { SumPrivacy } from "@duet/lora-core/contract/secureSum";
import { summedStatistics } from "@duet/lora-core/federation/statisticsVector";
import { summedRound } from "@duet/lora-core/federation/updateVector";
import type { RoundMeans } from "@duet/lora-core/protocol/metrics";
import type { AttemptTerms } from "@duet/lora-core/secureAggregation/attempt";
import { createAttemptDesk } from "@duet/lora-core/secureAggregation/attemptDesk";
import { EXCHANGE_STEPS, type ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import { decodeSum } from "@duet/lora-core/secureAggregation/fixedPoint";
import { addMasks, addVector } from "@duet/lora-core/secureAggregation/keystream";
import { decodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { unpackVector } from "@duet/lora-core/secureAggregation/packedVector";
import { lengthOf } from "@duet/lora-core/secureAggregation/vectorLayout";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import type { Contribution, Weighting } from "@duet/lora-core/strategies/strategy";

/** An attempt that is over, as plain data. */
export interface StoredSum {
  readonly terms: AttemptTerms;
  readonly weighting: Weighting;
  readonly privacy: SumPrivacy | null;
  /** Public keys, by client. */
  readonly identities: Readonly<Record<string, string>>;
  /** Where each client's answers lie, by step. */
  readonly answers: Readonly<Record<ExchangeStep, readonly { readonly clientId: string; readonly path: string }[]>>;
}

export interface SummedContribution {
  readonly contribution: Contribution;
  readonly means: RoundMeans;
}

/** The one contribution that it makes. @throws {RangeError} when the masks cannot be taken off. */
export async function summedContribution(stored: StoredSum, layout: AdapterLayout): Promise<SummedContribution> {
  const { update, weight, means } = summedRound(await unmasked(stored), layout, stored.weighting, stored.privacy);
  return { contribution: { clientId: "sum", sampleCount: weight, tensors: update }, means };
}

/** The means of a sum of figures alone. @throws {RangeError} when the masks cannot be taken off. */
export async function summedFigures(stored: StoredSum): Promise<RoundMeans> {
  return summedRound(await unmasked(stored), [], stored.weighting, null).means;
}

/** What the rows of all in the sum are like. @throws {RangeError} when the masks cannot be taken off. */
export async function summedRows(stored: StoredSum): Promise<RowStatistics> {
  return summedStatistics(await unmasked(stored), stored.terms.layout);
}

/** The sums of each group of values. One masked vector at a time is in memory. @throws {RangeError} when the masks cannot be taken off. */
async function unmasked({ terms, identities, answers }: StoredSum): Promise<ReadonlyMap<string, Float64Array>> {
  const keys = Object.entries(identities).map(([client, key]) => [client, decodeKey(key)] as const);
  const desk = createAttemptDesk(terms, new Map(keys));
  const sum = new Uint32Array(lengthOf(terms.layout));
  for (const step of EXCHANGE_STEPS) {
    for (const { clientId, path } of answers[step]) {
      const content = await readFile(path);
      await desk.take(clientId, step === "input" ? null : new Uint8Array(content));
      if (step === "input") addVector(sum, unpackVector(terms.layout, content));
    }
    const shortage = desk.close(answers[step].map(({ clientId }) => clientId));
    if (shortage) throw new RangeError(`the sum cannot be unmasked: ${shortage.have} shares of ${shortage.needed}`);
  }
  const recovery = await desk.recover();
  if (recovery.kind === "belowThreshold") {
    throw new RangeError(`the sum cannot be unmasked: ${recovery.have} shares of ${recovery.needed}`);
  }
  if (recovery.kind === "wrongShares") throw new RangeError("the sum cannot be unmasked: shares of its masks do not fit");
  await addMasks(sum, recovery.masks);
  return decodeSum(terms.layout, sum, recovery.survivors.length);
}
