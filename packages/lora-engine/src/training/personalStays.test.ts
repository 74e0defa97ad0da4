/**
 * What the real engine sends, decoded, beside the personal adapter that it has: two clients in turn on models/duet-tiny, uploads as by
 * default, every method and preset whose plan says that the personal adapter stays. The promise of planFacts.personalLeaves, on the wire.
 */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { ClientCheckpoint } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DEFAULT_UPLOAD, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { sentDown } from "@duet/lora-core/strategies/exchange";
import { personalLeaves, plansOf, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { type Method, methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { Budgets, Contribution, Upload } from "@duet/lora-core/strategies/strategy";
import { decodeUpload, sentFrom } from "@duet/lora-core/strategies/uploadCodec";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { beforeAll, describe, expect, test } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { createLocalClient } from "./localClient.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const files = readModelFolder("duet-tiny");
// The same number of steps everywhere, so that nothing differs only because it trained for longer.
const budgets: Budgets = { local: { unit: "steps", amount: 6 }, inner: { unit: "steps", amount: 6 }, rounds: 2 };
const common: Omit<EngineSetup, "clientSeed"> = {
  task: { kind: "label", labels: ["error", "info"] },
  adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj", "v_proj", "down_proj"] },
  training: { batchSize: 4, maxTokens: 16, learningRate: 4e-3, warmupSteps: 0, weightDecay: 0.01, clipNorm: 1 },
  upload: DEFAULT_UPLOAD,
  seed: 5,
};
const layout = adapterLayout(parseArchitecture(files.config).linears, common.adapter);
const initial = initialAdapter(layout, common.seed);
/**
 * A copy of it under int8 is within a hundredth of its length. Where a method trains both adapters on the same rows in a round, from the same
 * start, they are alike all the same: half a length apart (Ditto, FedKD, FedDPA).
 */
const CLOSE = 0.1;

const WORDS =
  "disk user fan rack port mail queue cache token backup lease clock route shell probe agent index batch frame panel".split(" ");
const ENDS = [
  "failed",
  "stalled",
  "was lost",
  "timed out",
  "is full",
  "came up",
  "logged in",
  "was read",
  "restarted",
  "is idle",
];

/** Unlike each other, with an answer that has to be learned. */
function rows(client: number, part: string, count: number) {
  const draw = random(client, "rows", part);
  const one = (of: readonly string[]) => of[Math.floor(draw() * of.length)] as string;
  return Array.from({ length: count }, (_, i) => {
    const end = one(ENDS);
    return { line: i + 1, input: `${one(WORDS)} ${one(WORDS)} ${end}`, answer: ENDS.indexOf(end) < 5 ? "error" : "info" };
  });
}
const splitOf = (client: number): DataSplit => ({
  train: rows(client, "train", 40),
  fusion: rows(client, "fusion", 2),
  test: rows(client, "test", 2),
});
const CLIENTS = [1, 2].map((client) => ({ clientId: `client ${client}`, clientSeed: 76 + client, split: splitOf(client) }));

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  expect((await engine.open(files, "wasm")).backend).toBe("wasm");
});

const flat = (tensors: NamedTensors, like: NamedTensors) =>
  [...like.keys()].flatMap((key) => [...(tensors.get(key)?.data ?? [])]);
const lengthOf = (values: readonly number[]) => Math.hypot(...values);

/** How far one is from the other or its opposite, over the longer of both. */
function apart(sent: readonly number[], own: readonly number[]): number {
  const less = lengthOf(sent.map((value, i) => value - (own[i] ?? 0)));
  const more = lengthOf(sent.map((value, i) => value + (own[i] ?? 0)));
  return Math.min(less, more) / Math.max(lengthOf(sent), lengthOf(own));
}

interface Sent {
  readonly upload: Upload;
  /** What travelled, decoded, and what the coordinator makes of it. */
  readonly decoded: NamedTensors;
  readonly tensors: NamedTensors;
  /** What the client had when the round began and when it ended, and what it was sent. */
  readonly before: NamedTensors;
  readonly after: NamedTensors;
  readonly received: NamedTensors;
}

/** All that two clients send in all rounds. */
async function federate(method: Method): Promise<readonly Sent[]> {
  const kept = new Map<string, ClientCheckpoint>();
  const all: Sent[] = [];
  let state = method.init(initial);
  for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
    const plan = method.plan(budgets, { round, isNewcomer: false });
    const contributions: Contribution[] = [];
    for (const { clientId, clientSeed, split } of CLIENTS) {
      await engine.prepare({ ...common, clientSeed }, split);
      const earlier = kept.get(clientId);
      if (earlier) await engine.restore(earlier);
      const personal = async () => decodeAdapter((await engine.checkpoint()).personal, layout);
      const down = method.download(state, clientId);
      const sent = plan.receive && sentDown(down, plan.receive);
      const before = await personal();
      const received = sent && encodeAdapter(sent, layoutOf(sent));
      const { upload: blob } = await engine.runRound({ round, plan, received }, () => {});
      kept.set(clientId, await engine.checkpoint());
      if (!blob || !plan.upload) continue;
      const form = { layout, upload: plan.upload, coding: DEFAULT_UPLOAD };
      const decoded = decodeUpload(form, blob);
      const tensors = sentFrom(form, decoded, down);
      all.push({ upload: plan.upload, decoded, tensors, before, after: await personal(), received: down });
      contributions.push({ clientId, sampleCount: split.train.length, tensors });
    }
    if (contributions.length > 0) state = method.aggregate(state, contributions, round);
  }
  return all;
}

/** The least distance of anything that was sent to the personal adapter, or to what changed in it. */
function nearest({ decoded, tensors, before, after, received }: Sent): number {
  const changes = [initial, before, received].map((from) =>
    linearCombination([1, -1], [likewise(after, decoded), likewise(from, decoded)]),
  );
  const own = [...changes, likewise(before, decoded), likewise(after, decoded)].map((each) => flat(each, decoded));
  const sent = [decoded, tensors].map((each) => flat(each, decoded));
  return Math.min(...sent.flatMap((each) => own.filter((values) => lengthOf(values) > 0).map((values) => apart(each, values))));
}

/** Those tensors of an adapter that were sent. */
const likewise = (adapter: NamedTensors, sent: NamedTensors): NamedTensors =>
  new Map([...sent.keys()].flatMap((key) => (adapter.has(key) ? [[key, adapter.get(key)] as const] : []))) as NamedTensors;

const presets = strategies.flatMap(({ id, presets: named }) => Object.keys(named).map((preset) => ({ id, preset })));
const methodFor = ({ id, preset }: (typeof presets)[number]) => methodOf(presetOf(id, preset));
const [staying, leaving] = [false, true].map((leaves) =>
  presets.filter((named) => trainsPersonal(methodFor(named), budgets) && personalLeaves(methodFor(named), budgets) === leaves),
);

describe("what is sent is not the personal adapter, nor its change", () => {
  test.each(staying ?? [])("$id, $preset", async (named) => {
    const sent = await federate(methodFor(named));
    const sending = plansOf(methodFor(named), budgets).filter(({ upload }) => upload !== null);
    expect(sent).toHaveLength(CLIENTS.length * sending.length);
    for (const each of sent) expect(nearest(each)).toBeGreaterThan(CLOSE);
  });
});

describe("where a plan says that it leaves, the same comparison finds it", () => {
  test.each(leaving ?? [])("$id, $preset", async (named) => {
    const sent = await federate(methodFor(named));
    expect(Math.min(...sent.map(nearest))).toBeLessThan(CLOSE);
  });
});
