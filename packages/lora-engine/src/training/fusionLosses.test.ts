/** The losses of a search against those of the same mix made on the host, on the real models and wasm. */

import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import { withMerged } from "@duet/lora-core/strategies/exchange";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import type { LanguageModel, TaskModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { scoreExamples } from "./evaluateAdapter.ts";
import { createFusionLosses } from "./fusionLosses.ts";

const SCALE = 2;
const LABELS = ["error", "a warning", "info"];
const TARGETS = { "duet-tiny": ["q_proj", "v_proj", "down_proj"], "use-lite": ["qkv", "output", "up", "down"] } as const;

const pair = (personal: number, shared: number) => ({ personal, shared });
const mixes: readonly Mix[] = [
  { kind: "factor", weights: [pair(1, 0)] },
  { kind: "factor", weights: [pair(0, 0)] },
  { kind: "factor", weights: [pair(0.7, -0.4)] },
  { kind: "factor", weights: [pair(0.5, 0.5), pair(0, 1), pair(0, 0)] },
  { kind: "product", weights: pair(0.7, -0.4) },
  { kind: "product", weights: pair(0, 1.2) },
  { kind: "product", weights: pair(0, 0) },
];

beforeAll(async () => {
  await useBackend("wasm");
});

describe.each([
  ["duet-tiny", null],
  ["use-lite", 3],
] as const)("losses of mixes on %s, with something merged beside them: %s", (id, mergedSeed) => {
  let model: LanguageModel;
  let task: TaskModel;
  beforeAll(async () => {
    model = loadModel(readModelFolder(id));
    task = await model.prepare({ kind: "label", labels: LABELS });
  });

  const rowsOf = () =>
    ["disk failed to answer in time on node twelve", "user logged in", "the fan is slow again"].map((input, line) =>
      task.encode({ line, input, answer: LABELS[line % LABELS.length] ?? "" }, 32),
    );
  /** Both factors away from zero. */
  const adapterOf = (seed: number): NamedTensors => {
    const config = { rank: 2, alpha: 2 * SCALE, dropout: 0, targetModules: [...TARGETS[id]] };
    const uniform = random(seed, "fusionLosses");
    const start = initialAdapter(adapterLayout(model.linears, config), seed);
    return new Map(
      [...start].map(([key, { shape, data }]) => [key, { shape, data: data.map((x) => x + 0.1 * (uniform() - 0.5)) }]),
    );
  };

  it("are those of the adapter mixed on the host", async () => {
    const [personal, shared] = [adapterOf(1), adapterOf(2)];
    const merged = mergedSeed === null ? null : adapterOf(mergedSeed);
    const rows = rowsOf();
    const losses = createFusionLosses(task, rows, { personal, shared, merged }, { scale: SCALE });
    const seen = new Set<number>();
    for (const mix of mixes) {
      const adapter = uploadAdapter(withMerged(mixed(personal, shared, mix), merged), { scale: SCALE, trainable: false });
      const expected = await scoreExamples(task, rows, adapter);
      adapter.dispose();
      const found = await losses.of(mix);
      expect(found.map(({ units }) => units)).toEqual(expected.map(({ units }) => units));
      for (const [i, { lossSum }] of found.entries()) expect(Math.abs(lossSum - (expected[i]?.lossSum ?? 0))).toBeLessThan(2e-5);
      seen.add(found[0]?.lossSum ?? Number.NaN);
    }
    // The two (0, 0) are the same, the others are not.
    expect(seen.size).toBe(mixes.length - 1);
    expect(losses.tokens).toBe(rows.reduce((sum, { tokens }) => sum + tokens.length, 0));
    losses.dispose();
  });

  it("leaves nothing on the backend", async () => {
    const before = tf.memory().numTensors;
    const held = { personal: adapterOf(1), shared: adapterOf(2), merged: null };
    const losses = createFusionLosses(task, rowsOf(), held, { scale: SCALE });
    await losses.of({ kind: "factor", weights: [pair(0.7, -0.4)] });
    losses.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
