/** One step of a round's plan on a client: adapters are copied, drawn or trained. */
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { scaled, stackRanks } from "@duet/lora-core/adapters/adapterSum";
import { type HeldAdapters, withMerged } from "@duet/lora-core/strategies/exchange";
import type { TrainBothStep, TrainStep } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { parted } from "./bothAdapters.ts";
import type { Client } from "./client.ts";
import type { TrainingTask } from "./learner.ts";
import { withOwnRows } from "./ownRows.ts";
import { type Place, seedOf, train, trainFrom } from "./plannedTraining.ts";
import type { Running } from "./running.ts";
import { trainBoth } from "./trainBoth.ts";

/** What is held after a step. */
export async function followStep(client: Client, place: Place, held: HeldAdapters, running: Running): Promise<HeldAdapters> {
  const { step, index, round } = place;
  switch (step.kind) {
    case "copy":
      return { ...held, [step.to]: held[step.from] };
    case "draw":
      if (client.lastRound !== null) return held;
      return { ...held, [step.slot]: initialAdapter(client.layout, seedOf(client, "draw", round, index)) };
    case "train":
      return trainSlot(client, { ...place, step }, held, running);
    case "trainBoth":
      return trainSlots(client, { ...place, step }, held, running);
    default:
      return step satisfies never;
  }
}

async function trainSlot(client: Client, place: Place<TrainStep>, before: HeldAdapters, running: Running): Promise<HeldAdapters> {
  const { step, common } = place;
  const { slot } = step;
  const held = running.team ? before : { ...before, [slot]: await withOwnRows(client, before[slot]) };
  const { adapter, control } = await trainFrom(client, place, slot, held[slot], taskOf(step, held, common), running);
  return { ...held, [slot]: adapter, control: control ?? held.control };
}

async function trainSlots(
  client: Client,
  place: Place<TrainBothStep>,
  held: HeldAdapters,
  running: Running,
): Promise<HeldAdapters> {
  if (running.team) throw new RangeError("A team cannot train two adapters on the same batches");
  const { personal, shared, span } = place.step;
  const start = {
    personal: await withOwnRows(client, held.personal),
    shared: await withOwnRows(client, held.shared),
  };
  const task = { personal, shared, merged: held.merged, ...(span ? { span } : {}) };
  const { adapter } = await train(client, place, null, running, ({ run }) =>
    trainBoth(client.model, client.examples.train, start, { ...task, ...run() }),
  );
  return { ...held, ...parted(adapter) };
}

/** A plan's step with the adapters it speaks of. */
function taskOf(step: TrainStep, held: HeldAdapters, common: NamedTensors | null): TrainingTask {
  const { slot, part = "all", active, proximal, distill, balanced = false, controlled, span } = step;
  const other = slot === "personal" ? "shared" : "personal";
  const beside = [...(active?.[other] ? [scaled(held[other], active[other])] : []), ...(held.merged ? [held.merged] : [])];
  return {
    part,
    weight: active?.[slot] ?? 1,
    beside: beside.length > 0 ? stackRanks(beside) : null,
    proximal: proximal ? { anchor: held[proximal.to], mu: proximal.mu } : null,
    distill: distill ? { ...distill, teacher: withMerged(held[distill.from], held.merged) } : null,
    control: controlled ? { own: held.control, common } : null,
    balanced,
    ...(span ? { span } : {}),
  };
}
