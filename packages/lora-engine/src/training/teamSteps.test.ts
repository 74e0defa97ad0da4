import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { createUseLite } from "../models/encoder/useLite.ts";
import type { Example, TaskModel } from "../models/languageModel.ts";
import { randomCheckpoint, smallConfig, smallTokenizer } from "../models/testing/randomEncoder.ts";
import { inMemoryTeam } from "./testing/inMemoryTeam.ts";
import { type TrainingRun, trainAdapter } from "./trainAdapter.ts";

const ADAPTER = { rank: 2, alpha: 4, dropout: 0, targetModules: ["qkv", "down"] };
const STEPS = 12;

describe.each(["cpu", "wasm"] as const)("a team on %s", (backend) => {
  let task: TaskModel;
  let rows: readonly Example[];
  let start: NamedTensors;
  beforeAll(async () => {
    await useBackend(backend);
    const model = createUseLite({ config: smallConfig, weights: randomCheckpoint(smallConfig), tokenizer: smallTokenizer });
    task = await model.prepare({ kind: "label", labels: ["ab", "cd"] });
    const texts = ["abab fg", "cdcd fh ab", "ab", "cd fgfg", "abfg cd ab", "cdab", "ab fh fh", "cd cd"];
    rows = texts.map((input, line) => task.encode({ line, input, answer: input.slice(0, 2) }, 16));
    start = initialAdapter(adapterLayout(encoderLinears(smallConfig), ADAPTER), 5);
  });

  /** All rows of whoever trains are one batch. */
  const run = (own: readonly Example[], change: Partial<TrainingRun> = {}) =>
    trainAdapter(task, own, start, {
      ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
      ...{ steps: STEPS, scale: 2, dropout: 0, seed: 3, memory: ALL_AT_ONCE, beforeStep: async () => {}, onStep: () => {} },
      config: { batchSize: own.length, maxTokens: 16, learningRate: 1e-2, warmupSteps: 2, weightDecay: 0.01, clipNorm: 0.5 },
      ...change,
    });
  const together = (shares: readonly (readonly Example[])[], every: number, change: Partial<TrainingRun> = {}) => {
    const team = inMemoryTeam(
      shares.map((_, i) => `member ${i}`),
      every,
    );
    return Promise.all(shares.map((own, i) => run(own, { team: team[i] ?? null, seed: i, ...change })));
  };
  const furthest = (a: NamedTensors, b: NamedTensors) =>
    Math.max(
      ...[...a].map(([key, { data }]) => Math.max(...data.map((value, i) => Math.abs(value - (b.get(key)?.data[i] ?? 9))))),
    );

  it.each([
    [2, [4, 4]],
    [4, [2, 2, 2, 2]],
    [3, [1, 2, 5]],
  ])("of %i that averages every step is one device with the whole batch, to 1e-5", async (_, sizes) => {
    const from = (member: number) => sizes.slice(0, member).reduce((sum, size) => sum + size, 0);
    const shares = sizes.map((size, member) => rows.slice(from(member), from(member) + size));
    const control = { own: null, common: null };
    const [alone, members] = [await run(rows, { control }), await together(shares, 1, { control })];
    expect(furthest(alone.adapter, start)).toBeGreaterThan(1e-2);
    for (const { adapter, control: made, meanLoss, tokens } of members) {
      expect(furthest(adapter, alone.adapter)).toBeLessThan(1e-5);
      expect(furthest(made ?? new Map(), alone.control ?? new Map())).toBeLessThan(1e-5);
      expect(meanLoss).toBeCloseTo(alone.meanLoss ?? Number.NaN, 5);
      expect(tokens).toBe(alone.tokens);
    }
  });

  it("that averages more rarely goes on from the same adapter and moments, and ends in one", async () => {
    const shares = [rows.slice(0, 3), rows.slice(3)];
    const [first, second] = await together(shares, 5);
    expect(first?.adapter).toEqual(second?.adapter);
    expect([first?.meanLoss, first?.tokens]).toEqual([second?.meanLoss, second?.tokens]);
    expect(first?.tokens).toBe((await run(rows)).tokens);
    // Neither went its own way only.
    const own = await run(shares[0] ?? []);
    expect(furthest(first?.adapter ?? start, own.adapter)).toBeGreaterThan(1e-4);
    // Members with the same rows have nothing to average.
    const [same] = await together([rows, rows], 5, { seed: 3 });
    expect(furthest(same?.adapter ?? start, (await run(rows)).adapter)).toBeLessThan(1e-6);
  });

  it("does not train with privacy of rows", async () => {
    const privacy = { samplingRate: 1, clip: 1, noiseMultiplier: 0, uniform: random(1), charge: async () => true };
    await expect(run(rows, { team: inMemoryTeam(["one"], 1)[0] ?? null, privacy })).rejects.toThrow(/cannot train with/);
  });
});
