/**
 * The last round rehearsed after every federated round: what each client would serve if the federation ended now, judged on its fusion
 * rows. It tells which round was best without a look at a test row. Outside of the budget, and nothing of it stays with a client.
 */
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { RoundReport } from "@duet/lora-core/training/roundReport";
import { createRunControl } from "@duet/lora-core/training/runControl";
import { type Client, runRound } from "@duet/lora-core/training/runRound";
import type { RoundRequest } from "@duet/lora-core/training/trainingEngine";

export interface Rehearsal {
  readonly round: number;
  /** Mean over the clients, nats. */
  readonly fusionLoss: number;
  /** By client; null once another round is better. */
  served: readonly NamedTensors[] | null;
}

export interface RehearsedEnd {
  readonly served: NamedTensors;
  readonly fusionLoss: number;
}

/** `request` is that of the last round. */
export async function rehearsedEnd(client: Client, request: RoundRequest): Promise<RehearsedEnd> {
  const { fusion } = client.examples;
  const report = new RoundReport(request.round, () => {});
  const onFusionRows = { ...client, examples: { ...client.examples, test: fusion } };
  const { served } = await runRound(onFusionRows, request, report, createRunControl());
  const loss = report.metrics().testLoss.fused;
  if (!served || loss === null) throw new Error("The last round of this method serves nothing");
  return { served, fusionLoss: loss };
}

/** The first of the best; undefined of none. */
export function lowestLoss(rehearsals: readonly Rehearsal[]): Rehearsal | undefined {
  const lowest = Math.min(...rehearsals.map(({ fusionLoss }) => fusionLoss));
  return rehearsals.find(({ fusionLoss }) => fusionLoss === lowest);
}
