/** What a client fetches, as the blob that travels. */
import { createHash } from "node:crypto";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { firstRanks } from "@duet/lora-core/adapters/adapterRank";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { sentDown } from "@duet/lora-core/strategies/exchange";
import type { Receive } from "@duet/lora-core/strategies/strategy";
import { type FederationFacts, methodIn, openModel, type StoredModel } from "./storedRound.ts";

export interface ServeInput {
  readonly facts: FederationFacts;
  readonly model: StoredModel;
  readonly clientId: string;
  readonly receive: Receive;
  /** Of the client, where it is less than the federation's. */
  readonly rank?: number | undefined;
}

/** @throws a system error when the model cannot be read. */
export async function serveAdapter({
  facts,
  model,
  clientId,
  receive,
  rank,
}: ServeInput): Promise<BlobRef & { content: Uint8Array }> {
  const whole = sentDown(methodIn(facts).download(await openModel(facts, model), clientId), receive);
  const tensors = rank === undefined ? whole : firstRanks(whole, rank);
  const content = encodeAdapter(tensors, layoutOf(tensors));
  return { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength, content };
}
