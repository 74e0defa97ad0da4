/** A simulated federation with an attacker that reads what is sent. */
import type { Row } from "@duet/lora-core/data/row";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { OpenModel } from "../experiment/openModel.ts";
import { leakData, rowsOf } from "./leakData.ts";
import type { LeakResult, LeakSettings } from "./leakRun.ts";
import { lossesOf, placeOf } from "./losses.ts";
import { overheard } from "./overheard.ts";
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
    const fall = async (adapter: NamedTensors) => ({
      before: (await read(heard.start, pool)).losses,
      after: (await read(adapter, pool)).losses,
    });
    const taken = new Set(members.flat());
    const strangers = pool.filter((_, i) => !taken.has(i));
    const planted: LeakResult["canaries"] = [];
    for (const { client, copies, row } of canaries) {
      const places: LeakResult["canaries"][number]["places"] = {};
      for (const [what, adapter] of [
        ["update", heard.updates[client]],
        ["sum", heard.sum],
        ["direction", heard.direction],
      ] as const)
        if (adapter) places[what] = await placeOf(listening, row, heard.start, adapter);
      planted.push({ copies, answers: labels.length, places });
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
        ...(heard.direction ? { direction: await fall(heard.direction) } : {}),
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
