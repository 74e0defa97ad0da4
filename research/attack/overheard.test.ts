/** That the attacks find what is there to be found, and nothing where nothing is: small federations with real training and real noise. */
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { recognitionOf } from "@duet/lora-core/leakage/recognition";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenModel, openModel } from "../experiment/openModel.ts";
import type { LeakSettings } from "./leakRun.ts";
import { lossesOf, placeOf } from "./losses.ts";
import { type Overheard, overheard } from "./overheard.ts";
import { recoverWords } from "./wordRecovery.ts";

const labels = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron"];
const WORDS = (
  "kettle marble saddle pepper candle violin thunder meadow lantern harbour blanket cactus pigeon ribbon saffron tunnel velvet walnut " +
  "anchor basket copper dagger engine falcon garden hammer insect jacket kitten ladder magnet needle orchid pillow quartz rocket"
).split(" ");
const settings: LeakSettings = {
  scenario: "intents",
  method: "fedavg",
  epsilon: null,
  seed: 3,
  clients: 3,
  rows: 10,
  rounds: 1,
  steps: 12,
  batchSize: 10,
  learningRate: 0.02,
};
const uniform = random(14, "riddles");
/** Words that mean nothing together, with an answer that nothing but the row tells: what is learned of it is learned by heart. */
const riddles = (count: number) =>
  Array.from({ length: count }, (_, line) => ({
    line,
    input: shuffled(WORDS, uniform).slice(0, 6).join(" "),
    answer: labels[Math.floor(uniform() * labels.length)] ?? "",
  }));
const rows = [riddles(10), riddles(10), riddles(10)];
const strangers = riddles(30);

let opened: OpenModel;
const open: { dispose(): void }[] = [];
beforeAll(async () => {
  opened = await openModel(`models/${DEFAULT_BASE.label}`);
});
afterAll(() => {
  for (const each of [...open, opened.model]) each.dispose();
});

async function listen(changes: Partial<LeakSettings>) {
  const taskModel = await opened.model.prepare({ kind: "label", labels });
  open.push(taskModel);
  const listening = { settings: { ...settings, ...changes }, labels, rows, opened, taskModel };
  const heard = await overheard(listening);
  const sureness = async (adapter: NamedTensors, texts: typeof strangers) =>
    (await lossesOf(listening, adapter, texts)).losses.map((loss) => -loss);
  /** Members against strangers, by what is seen. */
  const auc = async (adapter: NamedTensors | undefined = heard.sum, members = rows.flat()) =>
    recognitionOf(await sureness(adapter, members), await sureness(adapter, strangers)).auc;
  /** Mean exposure of all rows' answers, bits; of a guess it is 1.09. */
  const exposure = async (seen: (heard: Overheard, client: number) => NamedTensors | undefined) => {
    let bits = 0;
    for (const [client, own] of rows.entries()) {
      const adapter = seen(heard, client) ?? heard.sum;
      for (const row of own.slice(0, 2)) bits += Math.log2(labels.length / (await placeOf(listening, row, heard.start, adapter)));
    }
    return bits / (2 * rows.length);
  };
  return { listening, heard, sureness, auc, exposure };
}

it("rows learned by heart are told from others in one update and in the sum, others from each other are not", async () => {
  const { listening, heard, sureness, auc, exposure } = await listen({});
  expect(await auc(heard.updates[0], rows[0])).toBeGreaterThan(0.85);
  expect(await auc()).toBeGreaterThan(0.75);
  const unseen = await sureness(heard.updates[0] ?? heard.sum, strangers);
  const chance = recognitionOf(unseen.slice(0, 15), unseen.slice(15));
  expect(chance.interval?.[0]).toBeLessThan(0.5);
  expect(chance.interval?.[1]).toBeGreaterThan(0.5);
  // Three bits are all that eight answers have.
  expect(await exposure(({ updates }, client) => updates[client])).toBeGreaterThan(2.4);
  expect(await exposure(({ sum }) => sum)).toBeGreaterThan(2);

  // Where texts are single words, one step tells them.
  const single = WORDS.map((input, line) => ({ line, input, answer: labels[line % labels.length] ?? "" }));
  const members = [
    [0, 1, 2, 3],
    [8, 9, 10, 11],
    [16, 17, 18, 19],
  ];
  const words = await recoverWords(listening, { labels, pool: single, members, canaries: [] }, heard.sum);
  expect(words.update).toBeGreaterThan(0.9);
  expect(words.foundOfTop?.update).toBeGreaterThan(0.7);
}, 240_000);

it("with an epsilon of 1 neither an update nor the sum of all tells them", async () => {
  const { heard, auc, exposure } = await listen({ epsilon: 1, steps: 5 });
  expect(await auc(heard.updates[0], rows[0])).toBeLessThan(0.75);
  expect(await auc()).toBeLessThan(0.65);
  expect(await exposure(({ updates }, client) => updates[client])).toBeLessThan(2);
  expect(await exposure(({ sum }) => sum)).toBeLessThan(2);
}, 240_000);

it("the direction of a sum tells them where the noise that hides clients is next to none, and not at an epsilon of 1", async () => {
  /** Members against strangers, by how far losses fall a little way along the direction of the sum. */
  const byDirection = async (clientEpsilon: number) => {
    const { heard, sureness } = await listen({ clientEpsilon });
    expect(heard.updates).toEqual([]);
    const fall = async (texts: typeof strangers) => {
      const before = await sureness(heard.start, texts);
      return (await sureness(heard.direction ?? heard.sum, texts)).map((sure, row) => sure - (before[row] ?? 0));
    };
    return recognitionOf(await fall(rows.flat()), await fall(strangers)).auc;
  };
  expect(await byDirection(10_000)).toBeGreaterThan(0.75);
  expect(await byDirection(1)).toBeLessThan(0.65);
}, 240_000);
