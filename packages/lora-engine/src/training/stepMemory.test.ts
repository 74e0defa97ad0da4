import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { ALL_AT_ONCE, type StepMemory } from "@duet/lora-core/architectures/stepMemory";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../backends/testBackend.ts";
import { loadModel } from "../models/loadModel.ts";
import { readModelFolder } from "../models/testing/modelFolder.ts";
import { sharedLinear } from "../ops/frozenLinear.ts";
import { headCrossEntropy } from "../ops/headCrossEntropy/headCrossEntropy.ts";
import { loraLinear } from "../ops/loraLinear/loraLinear.ts";
import { maskedCrossEntropy } from "../ops/maskedCrossEntropy/maskedCrossEntropy.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { createWasmMeter, type WasmMeter } from "./testing/stepMemory.ts";
import { trainAdapter } from "./trainAdapter.ts";

let meter: WasmMeter;

beforeAll(async () => {
  await useBackend("wasm");
  meter = createWasmMeter();
});

const LABELS = ["warning", "error", "a much longer label than the others"];

test.each(["use-lite", "duet-tiny"] as const)(
  "%s learns the same in pieces and with layers computed twice, in less memory",
  async (id) => {
    const files = readModelFolder(id);
    const model = loadModel(files);
    const task = await model.prepare({ kind: "label", labels: LABELS });
    const targetModules = [...parseArchitecture(files.config).defaultTargets];
    const start = initialAdapter(adapterLayout(model.linears, { rank: 4, alpha: 8, dropout: 0, targetModules }), 3);
    // Rows and answers of unequal length, so that pieces weigh differently.
    const examples = Array.from({ length: 5 }, (_, line) => {
      const input = "the disk of the node could not be read and the job was started again ".repeat(1 + (line % 3));
      return task.encode({ line, input: `${line} ${input}`, answer: LABELS[line % LABELS.length] ?? "" }, 48);
    });

    const run = async (memory: StepMemory) => {
      meter.takePeak();
      const before = meter.live();
      const { adapter, meanLoss } = await trainAdapter(task, examples, start, {
        ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
        ...{ steps: 2, scale: 2, dropout: 0, seed: 1, beforeStep: async () => {}, onStep: () => {} },
        memory,
        config: { batchSize: 5, maxTokens: 48, learningRate: 1e-3, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
      });
      const peak = meter.takePeak() - before;
      expect(meter.live()).toBe(before);
      return { values: [...adapter.values()].flatMap(({ data }) => [...data]), meanLoss, peak };
    };
    const whole = await run(ALL_AT_ONCE);
    const inPieces = await run({ rowsAtOnce: 2, recompute: false });
    const twice = await run({ rowsAtOnce: Number.POSITIVE_INFINITY, recompute: true });
    for (const other of [inPieces, twice]) {
      expect(other.meanLoss).toBeCloseTo(whole.meanLoss ?? Number.NaN, 5);
      // AdamW's first steps divide a gradient by its own size, which makes rounding visible where a gradient is nearly nothing.
      const apart = other.values.filter((value, i) => Math.abs(value - (whole.values[i] ?? 0)) > 1e-5).length;
      expect(apart / whole.values.length).toBeLessThan(0.01);
      expect(other.peak).toBeLessThan(0.8 * whole.peak);
    }
    task.dispose();
    model.dispose();
  },
);

test.each(["use-lite", "duet-tiny"] as const)(
  "%s with an adapter on its last layer has the gradients it has with one on all layers, and keeps nothing below",
  async (id) => {
    const files = readModelFolder(id);
    const model = loadModel(files);
    const task = await model.prepare({ kind: "label", labels: LABELS });
    const input = "the disk of the node could not be read and the job was started again";
    const batch = LABELS.map((answer, line) => task.encode({ line, input: `${line} ${input}`, answer }, 48));
    const { layers } = parseArchitecture(files.config).config;
    const all = model.linears.map(({ name }) => name);
    const upper = all.filter((name) => name.includes(`.${layers - 1}.`));
    // Factors B of a new adapter are zero, so it changes nothing below.
    const start = initialAdapter(adapterLayout(model.linears, { rank: 4, alpha: 8, dropout: 0, targetModules: all }), 3);
    const measure = (modules: readonly string[], recompute: boolean) => {
      const chosen = new Map([...start].filter(([key]) => modules.some((name) => key.startsWith(`${name}.`))));
      const adapter = uploadAdapter(chosen, { scale: 2, trainable: true });
      meter.takePeak();
      const before = meter.live();
      const { value, grads } = tf.variableGrads(
        () => task.loss(batch, adapter, { dropout: null, recompute }),
        [...adapter.variables],
      );
      const peak = meter.takePeak() - before;
      const names = new Map(adapter.variables.map(({ id, name }) => [id, name]));
      const gradientOf = (module: string) => grads[names.get(adapter.factors.get(module)?.b.id ?? -1) ?? ""];
      const gradients = upper.map((module) => [...(gradientOf(module)?.dataSync() ?? [])]);
      tf.dispose([value, grads]);
      adapter.dispose();
      return { peak, gradients };
    };
    const whole = measure(all, false);
    expect(whole.gradients.flat().some((gradient) => gradient !== 0)).toBe(true);
    for (const recompute of [false, true]) {
      const truncated = measure(upper, recompute);
      expect(truncated.gradients).toEqual(whole.gradients);
      expect(truncated.peak).toBeLessThan((1.6 / layers) * whole.peak);
    }
    task.dispose();
    model.dispose();
  },
);

test("dropout keeps nothing for the backward pass: its masks are made where they are used", async () => {
  const files = readModelFolder("duet-tiny");
  const model = loadModel(files);
  const task = await model.prepare({ kind: "text" });
  const targetModules = [...parseArchitecture(files.config).defaultTargets];
  const layout = adapterLayout(model.linears, { rank: 4, alpha: 8, dropout: 0, targetModules });
  const adapter = uploadAdapter(initialAdapter(layout, 3), { scale: 2, trainable: true });
  const input = "the disk of the node could not be read and the job was started again";
  const batch = LABELS.map((answer, line) => task.encode({ line, input: `${line} ${input}`, answer }, 48));
  const peakWith = (rate: number) => {
    meter.takePeak();
    const before = meter.live();
    const pass = { dropout: { rate, seed: 4 }, recompute: false };
    const { value, grads } = tf.variableGrads(() => task.loss(batch, adapter, pass), [...adapter.variables]);
    tf.dispose([value, grads]);
    return meter.takePeak() - before;
  };
  const [without, dropped] = [peakWith(0), peakWith(0.3)];
  // One mask at a time, and the input that it was applied to; all masks together are as large as the inputs of all modules.
  expect(dropped).toBeLessThan(1.25 * without);
  adapter.dispose();
  task.dispose();
  model.dispose();
});

test("the loss of 49,152 classes and its gradient take less than a tenth of what they take with all logits at once", () => {
  const [rows, width, classes] = [24, 8, 49_152];
  const head = sharedLinear(tf.randomNormal<tf.Rank.R2>([classes, width], 0, 1, "float32", 1));
  const targets = tf.tensor1d(
    Array.from({ length: rows }, (_, row) => (row * 2048) % classes),
    "int32",
  );
  const measure = (losses: (hidden: tf.Tensor2D) => tf.Tensor) => {
    const hidden = tf.randomNormal<tf.Rank.R2>([rows, width], 0, 1, "float32", 2);
    meter.takePeak();
    const before = meter.live();
    const gradient = tf.tidy(() => tf.grad((x) => losses(x.as2D(rows, width)).mean())(hidden));
    const peak = meter.takePeak() - before;
    const values = gradient.dataSync();
    tf.dispose([hidden, gradient]);
    return { peak, values };
  };
  const whole = measure((hidden) => maskedCrossEntropy(loraLinear(hidden, head, null), targets));
  const inParts = measure((hidden) => headCrossEntropy(hidden, head, targets));
  inParts.values.forEach((value, i) => {
    // Sums of 49,152 float32 terms in another order.
    expect(value).toBeCloseTo(whole.values[i] ?? Number.NaN, 4);
  });
  // The logits and their gradient.
  expect(whole.peak).toBeGreaterThan(2 * 4 * rows * classes);
  expect(inParts.peak).toBeLessThan(0.1 * whole.peak);
  tf.dispose([head.weight.stored, targets]);
});
