/** The engine on the real small decoder (models/duet-tiny) and wasm: plans, identities, cancelling, resuming. */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { peftBase } from "@duet/lora-core/architectures/peftBase";
import type { RoundResult } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit } from "@duet/lora-core/data/row";
import { exportClientAdapter, readFittingAdapter, startingAdapters } from "@duet/lora-core/federation/clientAdapters";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import { fusingRound, roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import { fdLora } from "@duet/lora-core/strategies/fdLora";
import { type Method, methodOf } from "@duet/lora-core/strategies/registry";
import { type PlanSettings, roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { Budgets } from "@duet/lora-core/strategies/strategy";
import { EVALUATION_ROWS } from "@duet/lora-core/training/trainingConfig";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { createLocalClient } from "./localClient.ts";
import type { TrainingEngine } from "./trainingEngine.ts";

const files = readModelFolder("duet-tiny");

const setup: EngineSetup = {
  task: { kind: "label", labels: ["error", "info"] },
  adapter: { rank: 2, alpha: 4, dropout: 0.1, targetModules: ["q_proj", "v_proj", "down_proj"] },
  training: { batchSize: 4, maxTokens: 24, learningRate: 4e-3, warmupSteps: 1, weightDecay: 0.01, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};
const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 1,
    input: i % 2 === 0 ? `${prefix} disk ${i} failed to answer` : `${prefix} user ${i} logged in`,
    answer: i % 2 === 0 ? "error" : "info",
  }));
const split: DataSplit = { train: rows("a", 12), fusion: rows("b", 4), test: rows("c", 6) };
const budgets: Budgets = { local: { unit: "steps", amount: 3 }, inner: { unit: "steps", amount: 2 }, rounds: 2 };
const quiet = () => {};

let engine: TrainingEngine;
beforeAll(async () => {
  engine = createLocalClient(testWasm());
  const device = await engine.open(files, "wasm");
  expect(device.backend).toBe("wasm");
  expect(tf.getBackend()).toBe("wasm");
});

const plain = { form: "heavy-ball", learningRate: 1, momentum: 0 } as const;
const oneClientFdLora = methodOf({ id: "fdlora", config: { ...fdLora.presets["sends-personal"], outer: plain } });
const localMethod = methodOf({ id: "local", config: {} });

const floats = (blob: Uint8Array) => new Float32Array(blob.slice().buffer);
const apart = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));

const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - (b[i] as number)));

interface RoundSeen {
  readonly result: RoundResult;
  readonly received: Uint8Array | null;
  /** After the round. */
  readonly personal: Uint8Array;
}

/** A federation of one: every round of the method, against its own aggregation. */
async function federationOfOne(method: Method, settled: Omit<PlanSettings, "budgets"> = { training: {} }): Promise<RoundSeen[]> {
  await engine.prepare(setup, split);
  const layout = adapterLayout(parseArchitecture(files.config).linears, setup.adapter);
  let state = method.init(initialAdapter(layout, setup.seed));
  const seen: RoundSeen[] = [];
  for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
    const plan = roundPlanOf(method, { budgets, ...settled }, { round, isNewcomer: false });
    const sent = plan.receive && sentDown(method.download(state, "me"), plan.receive);
    const received = sent && encodeAdapter(sent, layoutOf(sent));
    const result = await engine.runRound({ round, plan, received }, quiet);
    expect(result.upload !== null).toBe(plan.upload !== null);
    if (result.upload && plan.upload) {
      const contribution = {
        clientId: "me",
        sampleCount: 12,
        tensors: decodeAdapter(result.upload, uploadLayout(layout, plan.upload)),
      };
      state = method.aggregate(state, [contribution], round);
    }
    seen.push({ result, received, personal: (await engine.checkpoint()).personal });
  }
  return seen;
}

/** What left in the rounds that uploaded a difference. */
async function uploadsOfOne(method: Method) {
  return (await federationOfOne(method)).flatMap(({ result: { upload }, received, personal }) =>
    upload && received ? [{ upload: floats(upload), received: floats(received), personal: floats(personal) }] : [],
  );
}

const secretFdLora = methodOf({ id: "fdlora", config: { ...fdLora.presets.private, outer: plain } });

describe("local client", () => {
  it("is local training when FDLoRA has one client, outer rate 1 and no momentum", async () => {
    const alone = (await federationOfOne(localMethod)).at(-1);
    const federated = (await federationOfOne(oneClientFdLora)).at(-1);
    const start = floats((await initialCheckpoint()).personal);
    const expected = floats(alone?.personal ?? new Uint8Array());
    expect(apart(expected, start)).toBeGreaterThan(1e-2);
    // The federated copy goes through differences (received - local) in float32, hence not bit for bit; AdamW moves a value whose gradient is next to
    // nothing by what rounding makes of it, so that one value says nothing, and all of them together do.
    const received = floats(federated?.received ?? new Uint8Array());
    expect(distance(received, expected) / distance(expected, start)).toBeLessThan(3e-4);
  });

  it.each([
    ["at one learning rate", {}],
    ["at one that falls over all that is learned alone", { decay: "cosine" }],
  ] as const)(
    "learns alone beside a federation, %s, to the very adapter and figures of the method that only does that",
    async (_, training) => {
      const uploadsOf = (rounds: readonly RoundSeen[]) => rounds.map(({ result: { upload } }) => upload);
      const alone = await federationOfOne(localMethod, { training });
      const without = uploadsOf(await federationOfOne(oneClientFdLora, { training }));
      const beside = await federationOfOne(oneClientFdLora, { training, alone: true });
      // It changes nothing else.
      expect(uploadsOf(beside)).toEqual(without);
      expect((await engine.checkpoint()).alone).toEqual(alone.at(-1)?.personal);
      const [figures, wanted] = [beside, alone].map((rounds) => rounds.at(-1)?.result.metrics);
      const { accuracy, testLoss } = wanted ?? {};
      expect(figures?.alone).toEqual({ accuracy: accuracy?.personal, testLoss: testLoss?.personal });
      // Before a round's steps, as what is received is.
      const told = beside.map(({ result: { metrics } }) => metrics.alone?.testLoss);
      const losses = alone.map(({ result: { metrics } }) => metrics.testLoss.personal);
      expect(told).toEqual([undefined, ...losses.slice(0, budgets.rounds), losses.at(-1)]);
    },
  );

  it("says again and again that it measures, while that takes long", async () => {
    let now = 0;
    // Half a minute passes at every look at the clock.
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 30_000));
    const told: Progress[] = [];
    try {
      await engine.prepare(setup, { ...split, test: rows("c", 160) });
      const plan = localMethod.plan(budgets, { round: fusingRound(budgets.rounds), isNewcomer: false });
      await engine.runRound({ round: fusingRound(budgets.rounds), plan, received: null }, (progress) => told.push(progress));
    } finally {
      clock.mockRestore();
    }
    // The base and the personal adapter are one here, so each batch is scored once.
    expect(told.filter(({ activity }) => activity === "evaluating").length).toBeGreaterThan(160 / EVALUATION_ROWS);
  });

  it("in the private preset never uploads the personal adapter, nor its difference to what was received", async () => {
    const uploads = await uploadsOfOne(secretFdLora);
    expect(uploads).toHaveLength(budgets.rounds);
    for (const { upload, received, personal } of uploads) {
      const difference = received.map((value, i) => Math.fround(value - (personal[i] as number)));
      expect(apart(upload, personal)).toBeGreaterThan(1e-3);
      expect(apart(upload, difference)).toBeGreaterThan(1e-3);
    }
    // The same comparison does find the personal adapter where the method sends it: at a sync of the recommended preset.
    const synced = (await uploadsOfOne(oneClientFdLora)).at(-1);
    expect(
      synced &&
        apart(
          synced.upload,
          synced.received.map((value, i) => value - (synced.personal[i] as number)),
        ),
    ).toBeLessThan(1e-6);
  });

  it("reports every figure of the last round, with fusion never worse than its anchors on the fusion rows", async () => {
    const rounds = await federationOfOne(oneClientFdLora);
    const { metrics } = (rounds.at(-1) as RoundSeen).result;
    for (const value of Object.values(metrics.accuracy)) expect(value).toBeGreaterThanOrEqual(0);
    for (const value of Object.values(metrics.testLoss)) expect(value).toBeGreaterThan(0);
    expect(metrics.fusion?.evaluations).toBeGreaterThanOrEqual(4);
    expect(metrics.testLoss.personal).toBeLessThan(metrics.testLoss.base as number);
    const { confusion } = (rounds.at(-1) as RoundSeen).result;
    expect(confusion?.flat().reduce((sum, count) => sum + count)).toBe(split.test.length);
    expect(((confusion?.[0]?.[0] ?? 0) + (confusion?.[1]?.[1] ?? 0)) / split.test.length).toBeCloseTo(
      metrics.accuracy.fused as number,
    );
    expect(rounds[0]?.result.confusion).toBeNull();
    const { personalConfusion } = (rounds.at(-1) as RoundSeen).result;
    const right = (personalConfusion?.[0]?.[0] ?? 0) + (personalConfusion?.[1]?.[1] ?? 0);
    expect(right / split.test.length).toBeCloseTo(metrics.accuracy.personal ?? -1, 6);
    expect(rounds[0]?.result.personalConfusion).toBeNull();
  });

  it("lowers the loss on what it trains on, counts tokens, and tells how far it is", async () => {
    await engine.prepare(setup, split);
    const seen: Progress[] = [];
    const plan = localMethod.plan(budgets, { round: 0, isNewcomer: false });
    const { metrics } = await engine.runRound({ round: 0, plan, received: null }, (progress) => seen.push(progress));
    const lengths = 3 * 4 * 24;
    expect(metrics.trainTokens).toBeGreaterThan(0);
    expect(metrics.trainTokens).toBeLessThanOrEqual(lengths);
    expect(metrics.accuracy.base).not.toBeNull();
    expect(metrics.accuracy.shared).toBeNull();
    expect(seen.map(({ activity }) => activity)).toContain("training");
    expect(seen.every(({ round }) => round === 0)).toBe(true);
  });

  it("measures the base on the same rows in the first round and in the last, which says its figures on all of them too", async () => {
    // It prepares the rows of the other tests.
    const zero = await initialCheckpoint();
    await engine.prepare(setup, { ...split, test: rows("c", 61) });
    const first = oneClientFdLora.plan(budgets, { round: 0, isNewcomer: false });
    const last = oneClientFdLora.plan(budgets, { round: fusingRound(budgets.rounds), isNewcomer: false });
    const bases = [];
    for (const [round, plan] of [first, last].entries()) {
      const { metrics } = await engine.runRound({ round, plan, received: plan.receive && zero.shared }, quiet);
      const { accuracy, testLoss, testRows } = sameRows(metrics);
      bases.push([testRows, accuracy.base, testLoss.base]);
      expect(metrics.testRows).toBe(round === 0 ? 24 : 61);
    }
    expect(bases[0]?.[0]).toBe(24);
    expect(bases[1]).toEqual(bases[0]);
  });

  it("changes nothing when a round is cancelled, and runs it again to the same result", async () => {
    await engine.prepare(setup, split);
    const plan = localMethod.plan(budgets, { round: 0, isNewcomer: false });
    const running = engine.runRound({ round: 0, plan, received: null }, () => void engine.cancel());
    await expect(running).rejects.toMatchObject({ code: "STOPPED" });
    expect(await engine.checkpoint()).toEqual(await initialCheckpoint());
    const first = await engine.runRound({ round: 0, plan, received: null }, quiet).then(() => engine.checkpoint());
    await engine.prepare(setup, split);
    const second = await engine.runRound({ round: 0, plan, received: null }, quiet).then(() => engine.checkpoint());
    expect(second).toEqual(first);
  });

  it("goes on from a checkpoint as if it had never stopped", async () => {
    const [first, second] = [0, 1].map((round) => ({
      round,
      plan: localMethod.plan(budgets, { round, isNewcomer: false }),
      received: null,
    }));
    await engine.prepare(setup, split);
    await engine.runRound(first!, quiet);
    const saved = await engine.checkpoint();
    await engine.runRound(second!, quiet);
    const through = await engine.checkpoint();
    await engine.prepare(setup, split);
    await engine.restore(saved);
    await engine.runRound(second!, quiet);
    expect(await engine.checkpoint()).toEqual(through);
  });

  it("goes on from its own exported adapter as if it had never left", async () => {
    const rounds = [0, 1].map((round) => ({
      round,
      plan: localMethod.plan(budgets, { round, isNewcomer: false }),
      received: null,
    }));
    await engine.prepare(setup, split);
    await engine.runRound(rounds[0]!, quiet);
    const base = peftBase(parseArchitecture(files.config), null);
    const exported = exportClientAdapter(
      "personal",
      { ...(await engine.checkpoint()), merged: null, served: null, alone: null },
      setup.adapter,
      base,
    );
    await engine.runRound(rounds[1]!, quiet);
    const through = await engine.checkpoint();

    const personal = readFittingAdapter(exported, base, setup.adapter);
    const start = startingAdapters({ initial: null, personal }, adapterLayout(base.linears, setup.adapter), setup.seed);
    await engine.prepare(setup, split);
    await engine.restore({ lastRound: null, ...start });
    await engine.runRound(rounds[1]!, quiet);
    expect((await engine.checkpoint()).personal).toEqual(through.personal);
    expect(apart(floats(through.personal), floats(personal))).toBeGreaterThan(1e-3);
  });

  it("keeps what a method adds to the two adapters: a control variate, a merged update, the served adapter", async () => {
    for (const [id, config] of [
      ["scaffold", {}],
      ["flora", { maxRank: 8 }],
    ] as const) {
      await federationOfOne(methodOf({ id, config }));
      const saved = await engine.checkpoint();
      expect(saved.served).not.toBeNull();
      expect([saved.control?.byteLength, saved.merged?.byteLength]).toEqual(
        id === "scaffold" ? [saved.personal.byteLength, undefined] : [undefined, 2 * saved.personal.byteLength],
      );
      await engine.prepare(setup, split);
      await engine.restore(saved);
      expect(await engine.checkpoint()).toEqual(saved);
    }
  });

  it("frees everything it put on the backend", async () => {
    await engine.prepare(setup, split);
    const plan = localMethod.plan(budgets, { round: 0, isNewcomer: false });
    await engine.runRound({ round: 0, plan, received: null }, quiet);
    const before = tf.memory();
    await engine.runRound({ round: 0, plan, received: null }, quiet);
    const after = tf.memory();
    expect([after.numTensors, after.numBytes]).toEqual([before.numTensors, before.numBytes]);
  });

  it("measures how fast it trains, and is the same client on the same backend after it", async () => {
    await engine.prepare(setup, split);
    const plan = localMethod.plan(budgets, { round: 0, isNewcomer: false });
    await engine.runRound({ round: 0, plan, received: null }, quiet);
    const [client, before] = [await engine.checkpoint(), tf.memory()];
    for (const privacy of [undefined, { epsilon: 8, clip: 1 }]) {
      let steps = 0;
      const { tokens, seconds, tokensPerRow } = await engine.measureSpeed(
        { ...setup, training: { ...setup.training, ...(privacy ? { privacy } : {}) } },
        split.train,
        () => {
          steps += 1;
        },
      );
      // One to warm up, one to see how long they are, and as many as are measured.
      expect(steps).toBeGreaterThanOrEqual(2);
      expect(steps).toBeLessThanOrEqual(2 + 8);
      expect(seconds).toBeGreaterThan(0);
      expect(tokensPerRow).toBeGreaterThan(4);
      // At most eight steps; a private one takes a sample of about a batch.
      expect(tokens).toBeLessThanOrEqual(8 * split.train.length * setup.training.maxTokens);
      expect(tokens).toBeGreaterThan(0);
    }
    const after = tf.memory();
    expect([after.numTensors, after.numBytes]).toEqual([before.numTensors, before.numBytes]);
    expect(await engine.checkpoint()).toEqual(client);
  });

  it("refuses a difference without a received adapter, and an adapter of another size", async () => {
    await engine.prepare(setup, split);
    const plan = oneClientFdLora.plan(budgets, { round: 1, isNewcomer: false });
    await expect(engine.runRound({ round: 1, plan, received: null }, quiet)).rejects.toThrow(/none was received/);
    await expect(engine.runRound({ round: 1, plan, received: new Uint8Array(8) }, quiet)).rejects.toThrow(/bytes/);
  });
});

async function initialCheckpoint() {
  await engine.prepare(setup, split);
  return engine.checkpoint();
}
