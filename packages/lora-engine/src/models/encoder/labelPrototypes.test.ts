import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import { mixed } from "@duet/lora-core/fusion/mix";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { downloadAdapter, mixOnDevice, sumOnDevice, uploadAdapter } from "../../training/deviceAdapter.ts";
import type { DeviceAdapter, Example, LanguageModel, TaskModel } from "../languageModel.ts";
import { randomCheckpoint, randomTensor, smallConfig, smallTokenizer } from "../testing/randomEncoder.ts";
import { createUseLite } from "./useLite.ts";

const LABELS = ["abc", "gh a", "17"];
const ROWS = [
  { line: 1, input: "abcd efgh", answer: "gh a" },
  { line: 2, input: "a", answer: "abc" },
  { line: 3, input: "hgf zz edcba hgfedcba a a a a", answer: "17" },
  { line: 4, input: "ddd", answer: "abc" },
];
const D = smallConfig.hiddenSize;
const prototypes = { labels: LABELS.length, width: D, rate: 1, travel: "shared" } as const;
const config = { rank: 2, alpha: 4, dropout: 0, targetModules: ["qkv", "pooler"], prototypes };
const layout = adapterLayout(encoderLinears(smallConfig), config);
const KEY = "labels.weight";

const unit = (x: readonly number[]) => x.map((value) => value / Math.hypot(...x));
const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);

describe.each(["cpu", "wasm"] as const)("label prototypes on %s", (backend) => {
  let model: LanguageModel;
  let task: TaskModel;
  let batch: Example[];
  let start: NamedTensors;
  let vectors: readonly (readonly number[])[];
  let texts: readonly (readonly number[])[];
  beforeAll(async () => {
    await useBackend(backend);
    model = createUseLite({ config: smallConfig, weights: randomCheckpoint(smallConfig), tokenizer: smallTokenizer });
    task = await model.prepare({ kind: "label", labels: LABELS });
    batch = ROWS.map((row) => task.encode(row, 24));
    const own = (await task.prototypesOf?.(batch)) ?? null;
    start = new Map([...initialAdapter(layout, 3), ...(own ? [[KEY, own] as const] : [])]);
    vectors = await model.embed(batch.map(({ tokens }) => tokens));
    texts = await model.embed(LABELS.map((label) => task.encodeInput(label, 24)));
  });
  afterAll(() => {
    task.dispose();
    model.dispose();
  });

  it("are three times a label's share of the mean of all rows, of three labels", () => {
    const meanOf = (rows: readonly number[]) =>
      Array.from({ length: D }, (_, i) => (3 * rows.reduce((sum, row) => sum + (vectors[row]?.[i] ?? 0), 0)) / 4);
    const wanted = [meanOf([1, 3]), meanOf([0]), meanOf([2])].flat();
    expectClose(start.get(KEY)?.data ?? [], wanted, { relative: 1e-5, absolute: 1e-6 });
  });

  it("score a row by the cosine to the mean of a label's rows and a fifth of its text", async () => {
    const adapter = uploadAdapter(start, { scale: 2, trainable: false });
    const scores = tf.tidy(() => task.logits(batch, adapter, null).arraySync());
    const values = [...(start.get(KEY)?.data ?? [])];
    for (const [row, x] of vectors.entries()) {
      const wanted = LABELS.map((_, label) => {
        const mean = values.slice(label * D, (label + 1) * D);
        return 16 * dot(x, unit(mean.map((value, i) => value + 0.2 * (texts[label]?.[i] ?? 0))));
      });
      expectClose(scores[row] ?? [], wanted, { relative: 1e-4, absolute: 1e-4 });
    }
    adapter.dispose();
  });

  it("that are all zero are the labels' texts", () => {
    const adapter = uploadAdapter(initialAdapter(layout, 3), { scale: 2, trainable: false });
    const [with0, without] = tf.tidy(() => [
      task.logits(batch, adapter, null).dataSync(),
      task.logits(batch, null, null).dataSync(),
    ]);
    expectClose(with0 ?? [], [...(without ?? [])], { relative: 1e-4, absolute: 1e-4 });
    adapter.dispose();
  });

  it("have the gradient that finite differences have, and so have the factors beside them", () => {
    const tensors = new Map([...start].map(([key, { shape }]) => [key, { ...randomTensor(shape as [number, number], key) }]));
    const lossOf = (of: NamedTensors) => {
      const adapter = uploadAdapter(of, { scale: 2, trainable: false });
      const [loss = Number.NaN] = tf.tidy(() => task.loss(batch, adapter, null).dataSync());
      adapter.dispose();
      return loss;
    };
    const adapter = uploadAdapter(tensors, { scale: 2, trainable: true });
    const { value, grads } = tf.variableGrads(() => task.loss(batch, adapter, null), [...adapter.variables]);
    for (const [index, key] of [...tensors.keys()].entries()) {
      const name = adapter.variables[index]?.name ?? "";
      const found = [...(grads[name]?.dataSync() ?? [])];
      const at = found.reduce((best, gradient, i) => (Math.abs(gradient) > Math.abs(found[best] ?? 0) ? i : best), 0);
      const moved = (step: number) => {
        const { shape, data } = tensors.get(key) ?? { shape: [], data: new Float32Array() };
        return lossOf(new Map([...tensors, [key, { shape, data: data.with(at, (data[at] ?? 0) + step) }]]));
      };
      const step = 0.02 * Math.max(0.1, Math.abs(tensors.get(key)?.data[at] ?? 0));
      const gradient = found[at] ?? 0;
      expect(Math.abs(gradient), key).toBeGreaterThan(1e-3);
      expect(Math.abs((moved(step) - moved(-step)) / (2 * step) - gradient), key).toBeLessThan(0.05 * Math.abs(gradient));
    }
    tf.dispose([value, grads]);
    adapter.dispose();
  });

  it("go to the backend and back, are added there as they are on the host, and are mixed there as an average", async () => {
    const other = new Map([...start].map(([key, { shape }]) => [key, randomTensor(shape as [number, number], key)]));
    const [x, y] = [start, other].map((of) => uploadAdapter(of, { scale: 2, trainable: false }));
    if (!x || !y) throw new Error("unreachable");
    expect(await downloadAdapter(x, start)).toEqual(start);
    const weighted = (own: number, theirs: number) =>
      Array.from(start.get(KEY)?.data ?? [], (value, i) => own * value + theirs * (other.get(KEY)?.data[i] ?? 0));
    const labelsOf = (sum: () => DeviceAdapter | null) => tf.tidy(() => sum()?.labels?.dataSync() ?? []);
    const added = labelsOf(() => sumOnDevice({ adapter: x, weight: 0.25 }, { adapter: y, weight: 0.5 }));
    expectClose(added, weighted(0.25, 0.5), { relative: 1e-5, absolute: 1e-6 });
    for (const [personal, shared] of [
      [0.25, 0.5],
      [1.5, 1.5],
      [0, 0],
      [0, 0.7],
    ] as const) {
      for (const mix of [
        { kind: "product", weights: { personal, shared } },
        { kind: "factor", weights: [{ personal, shared }] },
      ] as const) {
        const onHost = mixed(start, other, mix).get(KEY)?.data ?? [];
        expectClose(
          labelsOf(() => mixOnDevice(x, y, mix)),
          onHost,
          { relative: 1e-5, absolute: 1e-6 },
        );
      }
    }
    x.dispose();
    y.dispose();
  });
});
