/** A simulated federation with an attacker that reads what is sent. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { Row } from "@duet/lora-core/data/row";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { scoreExamples } from "@duet/lora-engine/training/evaluateAdapter";
import type { OpenModel } from "../experiment/openModel.ts";
import { leakData, rowsOf } from "./leakData.ts";
import type { LeakResult, LeakSettings } from "./leakRun.ts";
import { adapterOf, type Listening, overheard, trainingOf } from "./overheard.ts";
import { recoverWords } from "./wordRecovery.ts";

/** Runs one to its end, and attacks it. The model stays the caller's. */
export async function leakyFederation(settings: LeakSettings, folder: string, opened: OpenModel): Promise<LeakResult> {
  const startedAt = performance.now();
  const data = leakData(folder, settings);
  const { labels, pool, members, canaries } = data;
  const taskModel = await opened.model.prepare({ kind: "label", labels: [...labels] });
  try {
    const rows = members.map((_, client) => rowsOf(data, client));
    const listening = { settings, labels, rows, opened, taskModel };
    const heard = await overheard(listening);
    const read = (adapter: NamedTensors, texts: readonly Row[]) => lossesOf(listening, adapter, texts);
    const each = async (adapters: readonly NamedTensors[]) => {
      const all: number[][] = [];
      for (const adapter of adapters) all.push((await read(adapter, pool)).losses);
      return all;
    };
    const taken = new Set(members.flat());
    const strangers = pool.filter((_, i) => !taken.has(i));
    const planted: LeakResult["canaries"] = [];
    for (const { client, copies, row } of canaries) {
      const place = async (adapter = heard.sum) =>
        placeOf(row, labels, await read(heard.start, asked(row, labels)), await read(adapter, asked(row, labels)));
      planted.push({
        copies,
        answers: labels.length,
        places: { update: await place(heard.updates[client]), sum: await place() },
      });
    }
    // FedAvg's clients all end with the sum.
    const hasOwn = heard.served.some((served) => served !== heard.served[0]);
    return {
      settings,
      accuracy: (await read(heard.served[0] ?? heard.sum, strangers)).accuracy,
      members: members.map((indices) => [...indices]),
      losses: {
        updates: await each(heard.updates),
        sum: (await read(heard.sum, pool)).losses,
        served: hasOwn ? await each(heard.served) : [],
      },
      canaries: planted,
      words: await recoverWords(listening, data, heard.sum),
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    taskModel.dispose();
  }
}

async function lossesOf({ settings, opened, taskModel }: Listening, adapter: NamedTensors, rows: readonly Row[]) {
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

/** The same text with every answer that there is. */
const asked = (row: Row, labels: readonly string[]): readonly Row[] => labels.map((answer) => ({ ...row, answer }));

type Losses = Awaited<ReturnType<typeof lossesOf>>;

/** Where the row's own answer stands among all, by how much its loss fell; 1 fell most. */
function placeOf({ answer }: Row, labels: readonly string[], before: Losses, after: Losses): number {
  const fell = labels.map((_, i) => (before.losses[i] ?? 0) - (after.losses[i] ?? 0));
  return fell.filter((value) => value >= (fell[labels.indexOf(answer)] ?? 0)).length;
}
