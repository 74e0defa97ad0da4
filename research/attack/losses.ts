/** What an attacker computes of an adapter that it has, on texts that it has. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { Row } from "@duet/lora-core/data/row";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { scoreExamples } from "@duet/lora-engine/training/evaluateAdapter";
import { adapterOf, type Listening, trainingOf } from "./overheard.ts";

type Reading = Pick<Listening, "settings" | "labels" | "opened" | "taskModel">;

/** Loss of every row's own answer, nats, and the share of rows that it gets right. */
export async function lossesOf({ settings, opened, taskModel }: Reading, adapter: NamedTensors, rows: readonly Row[]) {
  const device = uploadAdapter(adapter, { scale: adapterScale(adapterOf(opened)), trainable: false });
  try {
    const examples = rows.map((row) => taskModel.encode(row, trainingOf(settings, opened).maxTokens));
    const scored = await scoreExamples(taskModel, examples, device);
    const right = scored.filter(({ label }, i) => label === examples[i]?.label).length;
    return {
      losses: scored.map(({ lossSum, units }) => Number((lossSum / units).toPrecision(5))),
      accuracy: right / rows.length,
    };
  } finally {
    device.dispose();
  }
}

/**
 * Where the row's own answer stands among all answers to its text, by how much training from `before` to `after` lowered its loss; 1 is the most.
 */
export async function placeOf(reading: Reading, row: Row, before: NamedTensors, after: NamedTensors): Promise<number> {
  const asked = reading.labels.map((answer) => ({ ...row, answer }));
  const [first, last] = [await lossesOf(reading, before, asked), await lossesOf(reading, after, asked)];
  const fell = reading.labels.map((_, i) => (first.losses[i] ?? 0) - (last.losses[i] ?? 0));
  return fell.filter((value) => value >= (fell[reading.labels.indexOf(row.answer)] ?? 0)).length;
}
