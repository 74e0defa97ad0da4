/** Every method through the interpreter of plans, from blob to blob: two clients, all rounds, on a model of a few numbers. */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter, layoutBytes, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import type { RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { Progress, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import { type Method, methodOf, strategies } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { Budgets, Contribution, LocalStep, RoundPlan } from "@duet/lora-core/strategies/strategy";
import { isTraining } from "@duet/lora-core/strategies/trainings";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { TaskModel } from "../models/languageModel.ts";
import type { Client } from "./client.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { nothingKnown } from "./measureRound.ts";
import { createRoundJournal, type JournalState } from "./roundJournal.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl } from "./runControl.ts";
import { type RoundOutcome, runRound } from "./runRound.ts";
import { paperModel, paperRow } from "./testing/paperModel.ts";

const budgets: Budgets = { local: { unit: "steps", amount: 4 }, inner: { unit: "steps", amount: 8 }, rounds: 2 };
const names = ["l0", "l1", "l2", "l3"];
const adapter = { rank: 1, alpha: 2, dropout: 0, targetModules: names };
const layout = adapterLayout(
  names.map((name) => ({ name, inFeatures: 2, outFeatures: 2 })),
  adapter,
);
const initial = initialAdapter(layout, 5);

/** Three rows of four are of label 0; x is (1, 0) for client a and (1, 1) for client b. */
function clientOf(clientId: string, token: number): Client & { readonly clientId: string } {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => paperRow(i % 4 === 3 ? 1 : 0, token));
  return {
    clientId,
    setup: {
      task: { kind: "label", labels: ["no", "yes"] },
      adapter,
      // Slow enough that nobody gets so sure of label 0 that the loss rises again, which a search by expected error would not mind.
      training: { batchSize: 4, maxTokens: 8, learningRate: 0.03, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
      seed: 5,
      clientSeed: token,
    },
    layout,
    model: paperModel,
    examples: { train: rows(8), fusion: rows(4), test: rows(4) },
    testRows: [],
    held: { personal: initial, shared: initial, merged: null, control: null, residual: null, alone: null },
    known: nothingKnown(),
    lastRound: null,
    served: null,
    sent: null,
  };
}

interface Ran {
  readonly outcome: Omit<RoundOutcome, "sent"> & Partial<Pick<RoundOutcome, "sent">>;
  readonly metrics: RoundMetrics;
}

/** A round as it runs by itself. */
async function straight(client: Client, request: RoundRequest): Promise<Ran> {
  const report = new RoundReport(request.round, () => {});
  return { outcome: await runRound(client, request, report, createRunControl()), metrics: report.metrics() };
}

/** The same with everything that could be kept of it on the way, in order. */
async function kept(client: Client, request: RoundRequest, from: JournalState | null = null) {
  const states: JournalState[] = [];
  const offer = async (read: () => Promise<JournalState>) => void states.push(structuredClone(await read()));
  const report = new RoundReport(request.round, () => {});
  const { sent, ...outcome } = await runRound(client, request, report, createRunControl(), createRoundJournal({ from, offer }));
  return {
    states,
    outcome,
    sent: sent?.() ?? null,
    metrics: timeless(report.metrics()),
  };
}

/** The same with what is told of every measuring: how many trainings are over, and what it says of that. */
async function toldOf(client: Client, request: RoundRequest) {
  const told: Progress[] = [];
  const report = new RoundReport(request.round, (progress) => told.push(progress));
  const outcome = await runRound(client, request, report, createRunControl());
  const ends = told.map(({ activity, step, steps }) => activity === "training" && step === steps);
  const measured = told.flatMap(({ activity, step, steps }, at) => {
    const trained = ends.slice(0, at).filter(Boolean).length;
    return activity === "evaluating" ? [{ trained, said: [step, steps] }] : [];
  });
  return { outcome, measured, metrics: report.metrics() };
}

/** The same trainings, each as long, of a client's own adapter. */
const asLocal = (step: LocalStep): LocalStep =>
  isTraining(step)
    ? { kind: "train", slot: "personal", budget: step.budget }
    : { kind: "copy", from: "personal", to: "personal" };

/** Apart from the interpreter. */
async function figuresOf({ model, examples, setup }: Client, adapter: NamedTensors) {
  const onDevice = uploadAdapter(adapter, { scale: adapterScale(setup.adapter), trainable: false });
  const scored = await model.score(examples.test, onDevice);
  onDevice.dispose();
  const sumOf = (pick: (one: (typeof scored)[number]) => number) => scored.reduce((sum, one) => sum + pick(one), 0);
  const right = scored.filter(({ label }, at) => label === examples.test[at]?.label).length;
  return { accuracy: right / scored.length, loss: sumOf(({ lossSum }) => lossSum) / sumOf(({ units }) => units) };
}

const timeless = ({ phases: _, fusion, ...metrics }: RoundMetrics): RoundMetrics => {
  return { ...metrics, trainSeconds: 0, fusion: fusion && { ...fusion, seconds: 0 } };
};

/** All rounds; what the first client sent and received in them, and how it ended. */
async function federate(
  method: Method,
  run: (client: Client, request: RoundRequest) => Promise<Ran> = straight,
  besides: Pick<RoundPlan, "alone"> = {},
) {
  let clients = [clientOf("a", 1), clientOf("b", 2)];
  let state = method.init(initial);
  const rounds: { readonly round: number; readonly down: number; readonly up: number; readonly metrics: RoundMetrics }[] = [];
  for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
    const settings = { budgets, training: {}, beforeAggregation: true, ...besides } as const;
    const plan = roundPlanOf(method, settings, { round, isNewcomer: false });
    const contributions: Contribution[] = [];
    const next: typeof clients = [];
    for (const client of clients) {
      const sent = plan.receive && sentDown(method.download(state, client.clientId), plan.receive);
      const received = sent && encodeAdapter(sent, layoutOf(sent));
      const { outcome, metrics } = await run(client, { round, plan, received });
      const { held, upload, served } = outcome;
      next.push({ ...client, held, served, lastRound: round });
      if (upload && plan.upload) {
        const tensors = decodeAdapter(upload, uploadLayout(layout, plan.upload));
        contributions.push({ clientId: client.clientId, sampleCount: 8, tensors });
      }
      if (client.clientId === "a") {
        rounds.push({ round, down: received?.byteLength ?? 0, up: upload?.byteLength ?? 0, metrics });
      }
    }
    clients = next;
    if (contributions.length > 0) state = method.aggregate(state, contributions, round);
  }
  return { rounds, client: clients[0] };
}

/** What a client sends and receives in the second round, in whole adapters; [1, 1] unless listed. */
const wire: Readonly<Record<string, readonly [number, number]>> = {
  local: [0, 0],
  scaffold: [2, 2],
  // One module of four is the head.
  fedrep: [0.75, 0.75],
  "ffa-lora": [0.5, 0.5],
  "fedsa-lora": [0.5, 0.5],
  rolora: [1, 0.5],
  // A rank-1 adapter and the stack of two clients' from round 1.
  flora: [3, 1],
  // The residual of two clients has the rank of one.
  "fedex-lora": [2, 1],
};

beforeAll(async () => {
  await useBackend("cpu");
});

const methods = strategies.flatMap(({ id, presets }) =>
  Object.entries<unknown>(presets).map(([preset, config]) => ({ id, preset, config })),
);
describe.each(methods)("$id, $preset", ({ id, config }) => {
  it("learns, and exchanges as much as it says", async () => {
    const method = methodOf({ id, config });
    const { rounds, client } = await federate(method);
    const second = rounds.find(({ round }) => round === 2);
    const whole = layoutBytes(layout);
    expect([(second?.down ?? 0) / whole, (second?.up ?? 0) / whole]).toEqual(wire[id] ?? [1, 1]);
    const served = rounds.at(-1)?.metrics;
    // With three rows of four alike the best loss there is is 0.562; the base's is log 2.
    expect(served?.testLoss.base).toBeCloseTo(Math.log(2), 5);
    expect(served?.testLoss.fused).toBeLessThan(0.69);
    expect(client?.served).not.toBeNull();
    // A search reads four fusion rows of one token for every candidate.
    expect(served?.fusion?.forwardTokens).toBe(4 * (served?.fusion?.evaluations ?? Number.NaN));
  });

  it("measures the shared adapter before it is aggregated, as others can read it from the upload", async () => {
    const method = methodOf({ id, config });
    await federate(method, async (client, request) => {
      const ran = await straight(client, request);
      const { plan } = request;
      const before = ran.metrics.beforeAggregation;
      const isTrained = plan.steps.some((step) => step.kind === "trainBoth" || (step.kind === "train" && step.slot === "shared"));
      expect(before !== undefined).toBe(plan.upload?.slot === "shared" && isTrained);
      const sent = ran.outcome.sent?.();
      if (!before || !sent || plan.upload?.part !== "all") return ran;
      const figures = await figuresOf(client, sent.after);
      expect(before.accuracy).toBe(figures.accuracy);
      // A difference is added again to what came, in float32.
      expect(before.testLoss).toBeCloseTo(figures.loss, 5);
      return ran;
    });
  });

  it("learns alone what a client would that takes the same trainings by itself, and says how many of a round's are over", async () => {
    const byThemselves = new Map([clientOf("a", 1), clientOf("b", 2)].map((client) => [client.setup.clientSeed, client]));
    const run = async (client: Client, request: RoundRequest) => {
      const { outcome, metrics, measured } = await toldOf(client, request);
      const own = byThemselves.get(client.setup.clientSeed);
      if (!own) throw new Error("Nobody has this seed");
      const { steps, serve } = request.plan;
      const plan = { stage: "local", receive: null, steps: steps.map(asLocal), upload: null, serve: null } as const;
      const { held } = (await straight(own, { round: request.round, plan, received: null })).outcome;
      byThemselves.set(client.setup.clientSeed, { ...own, held });
      expect(outcome.held.alone ?? initial).toEqual(held.personal);
      const all = 2 * steps.filter(isTraining).length;
      if (serve) expect(measured.pop()).toEqual({ trained: all, said: [Math.max(1, all), Math.max(1, all)] });
      for (const { trained, said } of measured) expect(said).toEqual([trained, Math.max(1, all)]);
      return { outcome, metrics };
    };
    await federate(methodOf({ id, config }), run, { alone: true });
  });

  it("comes to the same bits when a round is interrupted, wherever that is", async () => {
    await federate(methodOf({ id, config }), async (client, request) => {
      const { states, ...whole } = await kept(client, request);
      for (const [at, from] of states.entries()) {
        const { states: later, ...again } = await kept(client, request, from);
        expect(again).toEqual(whole);
        expect(later).toHaveLength(states.length - 1 - at);
      }
      return whole;
    });
  });
});

it("what learns alone comes to the same bits when a round is interrupted, too", async () => {
  await federate(
    methodOf({ id: "fedkd", config: strategies.find(({ id }) => id === "fedkd")?.presets.standard }),
    async (client, request) => {
      const { states, ...whole } = await kept(client, request);
      for (const from of states) {
        const { states: _, ...again } = await kept(client, request, from);
        expect(again).toEqual(whole);
      }
      return whole;
    },
    { alone: true },
  );
});

it("SCAFFOLD's client keeps its own control variate, the same one when done again, FLoRA's what was merged", async () => {
  const method = methodOf({ id: "scaffold", config: {} });
  const scaffold = (await federate(method)).client?.held;
  expect((await federate(method)).client?.held).toEqual(scaffold);
  expect(scaffold?.merged).toBeNull();
  expect(layoutOf(scaffold?.control ?? initial)).toEqual(layout);
  const flora = (await federate(methodOf({ id: "flora", config: { maxRank: 8 } }))).client?.held;
  expect(flora?.control).toBeNull();
  // Two clients, two rounds, but matrices of 2 x 2 have two ranks.
  expect([...(flora?.merged?.values() ?? [])][0]?.shape).toEqual([2, 2]);
});

it("draws a personal adapter in a client's first round, whichever that is, from its own seed, and not again", async () => {
  const plan = {
    stage: "federated",
    receive: null,
    steps: [{ kind: "draw", slot: "personal" }],
    upload: null,
    serve: null,
  } as const;
  const personalOf = async (client: Client) => (await straight(client, { round: 2, plan, received: null })).outcome.held.personal;
  const [first, second] = [await personalOf(clientOf("a", 1)), await personalOf(clientOf("b", 2))];
  const factors = (adapter: typeof first, suffix: string) =>
    [...adapter].flatMap(([key, { data }]) => (key.endsWith(suffix) ? [...data] : []));
  expect(layoutOf(first)).toEqual(layout);
  expect(factors(first, "lora_B.weight").every((value) => value === 0)).toBe(true);
  const as = [first, second, initial].map((adapter) => String(factors(adapter, "lora_A.weight")));
  expect(new Set(as).size).toBe(3);
  expect(await personalOf(clientOf("a", 1))).toEqual(first);
  expect(await personalOf({ ...clientOf("a", 1), lastRound: 1 })).toBe(initial);
});

it("measures an adapter once, though it is both the personal and the served one", async () => {
  let scored = 0;
  const score: TaskModel["score"] = (...of) => {
    scored++;
    return paperModel.score(...of);
  };
  const plan = methodOf({ id: "local", config: {} }).plan(budgets, { round: 3, isNewcomer: false });
  const report = new RoundReport(3, () => {});
  const learned = new Map([...initial].map(([key, { shape, data }]) => [key, { shape, data: data.map((value) => value + 0.1) }]));
  const fresh = clientOf("a", 1);
  const client = { ...fresh, held: { ...fresh.held, personal: learned }, model: { ...paperModel, score }, lastRound: 2 };
  await runRound(client, { round: 3, plan, received: null }, report, createRunControl());
  // The base, and the personal adapter.
  expect(scored).toBe(2);
  const { testLoss } = report.metrics();
  expect(testLoss.fused).toBe(testLoss.personal);
  expect(testLoss.fused).toBeGreaterThan(0);
});
