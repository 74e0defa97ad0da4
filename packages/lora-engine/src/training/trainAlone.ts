/** What a client would learn alone, trained beside the federation's adapters; see docs/adr/0088. */
import type { HeldAdapters } from "@duet/lora-core/strategies/exchange";
import type { TrainBothStep, TrainStep } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Client } from "./client.ts";
import type { TrainingTask } from "./learner.ts";
import { withOwnRows } from "./ownRows.ts";
import { type Place, trainFrom } from "./plannedTraining.ts";
import type { Running } from "./running.ts";

/** As long as this training of the plan and on its batches, from what everyone starts from: the method "local", whatever the federation's is. */
export async function trainAlone(
  client: Client,
  place: Place<TrainStep | TrainBothStep>,
  { alone }: Pick<HeldAdapters, "alone">,
  running: Running,
): Promise<NamedTensors> {
  // Nothing has moved what a client starts from before its first training.
  const before = alone ?? client.held.personal;
  const start = running.team ? before : await withOwnRows(client, before);
  const { adapter } = await trainFrom(client, place, "alone", start, aloneTask(place.step), running);
  return adapter;
}

/** Nothing of the federation's other adapters in it. */
function aloneTask({ aloneSpan: span }: TrainStep | TrainBothStep): TrainingTask {
  const own = { part: "all", weight: 1, beside: null, proximal: null, distill: null, control: null, balanced: false } as const;
  return { ...own, ...(span ? { span } : {}) };
}
