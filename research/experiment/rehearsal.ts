/**
 * The last round rehearsed after every federated round: what each client would serve if the federation ended now, judged on its
 * fusion rows, which tell what round was best without a look at a test row, and on its test rows, for accuracy by round, bytes
 * and tokens. Outside of the budget, and nothing of it stays with a client.
 */

import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { LanguageModel } from "@duet/lora-engine/models/languageModel";
import type { Client } from "@duet/lora-engine/training/client";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { evaluationOf, scoreExamples } from "@duet/lora-engine/training/evaluateAdapter";
import type { PrivacyMeter } from "@duet/lora-engine/training/privacyMeter";
import { RoundReport } from "@duet/lora-engine/training/roundReport";
import { createRunControl } from "@duet/lora-engine/training/runControl";
import { runRound } from "@duet/lora-engine/training/runRound";

import { type ServedAccuracy, servedAccuracy } from "./servedAccuracy.ts";
import type { SimulatedClient } from "./simulatedClient.ts";

/** After one round. */
export interface RoundEnd {
  readonly round: number;
  /** Sent until then, both ways and by everybody, without what a last round would send. */
  readonly bytes: number;
  /** Simulated time until then, in steps of the fastest client. */
  readonly clock: number;
  /** By client. */
  readonly clients: readonly ClientEnd[];
}

export interface ClientEnd extends ServedAccuracy {
  /** Mean loss on the fusion rows, nats. */
  readonly fusionLoss: number;
}

export interface Rehearsed {
  readonly served: NamedTensors;
  /** Null where nothing was fused. */
  readonly weights: FusionWeights | null;
}

/** What `client` would serve after the last round, whose request this is; with privacy as noisy, and not counted. */
export async function rehearsed(client: Client, request: RoundRequest, meter: PrivacyMeter | null): Promise<Rehearsed> {
  // Nobody looks at the figures of a rehearsal: what it would serve is measured by whoever asks for it.
  const unmeasured = { ...client, examples: { ...client.examples, test: [] } };
  const uncounted = meter && { ...meter, charge: async () => true };
  const report = new RoundReport(request.round, () => {});
  const { served } = await runRound(unmeasured, request, report, createRunControl(), undefined, uncounted);
  if (!served) throw new Error("The last round of this method serves nothing");
  return { served, weights: report.metrics().fusion };
}

/** How good what a client serves is. The model stays the caller's. */
export async function clientEnd(model: LanguageModel, member: SimulatedClient, served: NamedTensors): Promise<ClientEnd> {
  const { client, data } = member;
  const adapter = uploadAdapter(served, { scale: adapterScale(client.setup.adapter), trainable: false });
  try {
    const { fusion } = client.examples;
    const { loss } = evaluationOf(await scoreExamples(client.model, fusion, adapter), fusion, 0);
    return { fusionLoss: loss, ...(await servedAccuracy(client, model, served, data.split.test)) };
  } finally {
    adapter.dispose();
  }
}
