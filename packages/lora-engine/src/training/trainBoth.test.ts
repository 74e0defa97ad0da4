/** Two adapters on the same batches, on the paper model: against PyTorch (fixtures/trainBoth), and against each trained by itself. */

import { factorAKey, factorBKey } from "@duet/lora-core/adapters/adapterLayout";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { values } from "@duet/lora-core/strategies/conformance";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import fixture from "../../fixtures/trainBoth/both.json" with { type: "json" };
import { useBackend } from "../backends/testBackend.ts";
import { type Both, parted } from "./bothAdapters.ts";
import { inMemoryTeam } from "./testing/inMemoryTeam.ts";
import { paperModel, paperRow } from "./testing/paperModel.ts";
import { type TrainingRun, trainAdapter } from "./trainAdapter.ts";
import { type BothTask, trainBoth } from "./trainBoth.ts";
import type { TrainingState } from "./trainingState.ts";

const { steps, scale, weight, temperature, warmupSteps, learningRate, weightDecay, clipNorm } = fixture;
const rows = fixture.rows.map(([label = 0, second = 0]) => paperRow(label, second + 1));
const adapter = ([a = [], b = []]: readonly (readonly number[])[]): NamedTensors =>
  new Map([
    [factorAKey("q"), { shape: [2, 2], data: Float32Array.from(a) }],
    [factorBKey("q"), { shape: [2, 2], data: Float32Array.from(b) }],
  ]);
const initial = { personal: adapter(fixture.fedkd.initial.personal), shared: adapter(fixture.fedkd.initial.shared) };

const lesson = { distill: { weight, temperature } };
const active = { personal: 1, shared: 1 };
const TASKS = {
  fedkd: { personal: lesson, shared: lesson, merged: null },
  fedrod: { personal: { active }, shared: { balanced: true }, merged: null },
} satisfies Record<string, BothTask>;

const own = { part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false } as const;
const run = {
  ...{ steps, scale, dropout: 0, memory: ALL_AT_ONCE, seed: 1 },
  // All rows are one batch.
  config: { batchSize: rows.length, maxTokens: 8, learningRate, warmupSteps, weightDecay, clipNorm },
  beforeStep: async () => {},
  onStep: () => {},
};
const train = (task: BothTask, change: Partial<TrainingRun> = {}, start: Both<NamedTensors> = initial) =>
  trainBoth(paperModel, rows, start, { ...run, ...task, ...change });
const alone = (slot: "personal" | "shared", change: Partial<TrainingRun> = {}) =>
  trainAdapter(paperModel, rows, initial[slot], { ...own, ...run, ...change });

function expectNear(found: NamedTensors, expected: readonly number[], within = 1e-5): void {
  const all = values(found);
  expect(all).toHaveLength(expected.length);
  for (const [i, value] of all.entries()) expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(within);
}

describe.each(["cpu", "wasm"] as const)("two adapters on the same batches, on %s", (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(["fedkd", "fedrod"] as const)("%s follows PyTorch over six steps, in losses and in both adapters", async (method) => {
    const losses: number[] = [];
    const found = await train(TASKS[method], { onStep: (_, loss) => losses.push(loss) });
    const { losses: expected, trained } = fixture[method];
    expect(losses).toHaveLength(steps);
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    const both = parted(found.adapter);
    expectNear(both.personal, trained.personal.flat());
    expectNear(both.shared, trained.shared.flat());
    expect(found.meanLoss).toBeCloseTo(expected.reduce((sum, loss) => sum + loss, 0) / steps, 5);
    // Every row is read by both.
    expect(found.tokens).toBe(2 * steps * rows.length);
  });

  it("that do not look at each other come to what each comes to alone", async () => {
    const { personal, shared } = parted((await train({ personal: {}, shared: { balanced: true }, merged: null })).adapter);
    expectNear(personal, values((await alone("personal")).adapter), 1e-6);
    expectNear(shared, values((await alone("shared", { balanced: true })).adapter), 1e-6);
  });

  it("leave the generic one alone: FedRoD's personal branch has no part in how the shared adapter moves", async () => {
    const { personal, shared } = parted((await train(TASKS.fedrod)).adapter);
    expectNear(shared, values((await alone("shared", { balanced: true })).adapter), 1e-6);
    // The personal one does see the other.
    const found = values((await alone("personal")).adapter);
    expect(values(personal).some((value, i) => Math.abs(value - (found[i] ?? value)) > 1e-3)).toBe(true);
  });

  it.each(["fedkd", "fedrod"] as const)(
    "%s learns the same in pieces: what it weighs by is the whole batch's",
    async (method) => {
      const whole = values((await train(TASKS[method])).adapter);
      // Four rows and two.
      expectNear((await train(TASKS[method], { memory: { rowsAtOnce: 4, recompute: false } })).adapter, whole);
    },
  );

  it.each(["fedkd", "fedrod"] as const)("%s goes on from any of its steps to the same bits", async (method) => {
    const change = { config: { ...run.config, batchSize: 2 } };
    const states: TrainingState[] = [];
    const betweenSteps = async (read: () => Promise<TrainingState>) => void states.push(structuredClone(await read()));
    const whole = await train(TASKS[method], { ...change, keeping: { from: null, betweenSteps } });
    expect(states.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5]);
    for (const from of states) {
      expect(await train(TASKS[method], { ...change, keeping: { from, betweenSteps: async () => {} } })).toEqual(whole);
    }
  });

  it("stay the same where they begin as the same and learn alike: a plan draws one of them anew", async () => {
    const same = { personal: initial.shared, shared: initial.shared };
    const { personal, shared } = parted((await train(TASKS.fedkd, {}, same)).adapter);
    expect(values(personal)).toEqual(values(shared));
  });

  it("stay finite where both are sure of everything", async () => {
    const sure = adapter([
      [30, 0, 0, 0],
      [30, 0, -30, 0],
    ]);
    const easy = [paperRow(0), paperRow(0, 2)];
    const found = await trainBoth(paperModel, easy, { personal: sure, shared: sure }, { ...run, ...TASKS.fedkd });
    expect(found.meanLoss).toBeLessThan(1e-3);
    expect(values(found.adapter).every(Number.isFinite)).toBe(true);
  });

  it("are refused in a team and with privacy", async () => {
    await expect(train(TASKS.fedkd, { team: inMemoryTeam(["one"], 1)[0] ?? null })).rejects.toThrow(/A team cannot/);
    const privacy = { samplingRate: 1, clip: 1, noiseMultiplier: 1, uniform: random(1), charge: async () => true };
    await expect(train(TASKS.fedkd, { privacy })).rejects.toThrow(/differential privacy/);
  });

  it("free everything", async () => {
    const before = tf.memory().numTensors;
    for (const task of Object.values(TASKS)) await train({ ...task, merged: initial.shared });
    expect(tf.memory().numTensors).toBe(before);
  });
});
