/** Every row's own gradients of one pass are those that the row has by itself, for the bases that read texts, on every backend. */
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { bertInstances } from "../../models/bert/testing/instances.ts";
import { loadModel } from "../../models/loadModel.ts";
import type { ModelFiles } from "../../models/modelFiles.ts";
import { smallEncoderFiles } from "../../models/testing/randomEncoder.ts";
import { uploadAdapter } from "../deviceAdapter.ts";
import { rowGradients } from "../rowGradients.ts";
import { type TrainingRun, trainAdapter } from "../trainAdapter.ts";

interface TextBase {
  readonly files: ModelFiles;
  readonly texts: readonly string[];
}

/** From one token to many; the small encoder knows the letters from a to h. */
const LETTERS = ["a", "bad abab cd", "abcdefgh abcd ab a", "hg", "dead beef cafe face fade", "ab"];
const LABELS = ["abc", "fed"];
const PASS = { dropout: null, recompute: false };

/** Small random models of both families. */
const smallBases: readonly (readonly [string, () => Promise<TextBase>])[] = [
  ["an encoder", async () => ({ files: smallEncoderFiles(), texts: LETTERS })],
  ...bertInstances.map(([name, { config, tokenizer, model, batch }]): [string, () => Promise<TextBase>] => [
    name,
    async () => {
      const weights = readSafetensors(new Uint8Array(await (await fetch(model)).arrayBuffer()));
      return { files: { config, tokenizer, weights, chat: null, stopTokens: [] }, texts: batch.texts };
    },
  ]),
];

/** Registers the tests for one backend. */
export function testRowGradientsOn(backend: BackendName, others: typeof smallBases = []): void {
  describe(`gradients of single rows on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend(backend);
    });
    test("training with a budget takes the same steps as with a pass for each row", async () => {
      const { model, task, start, rows } = await opened({ files: smallEncoderFiles(), texts: [...LETTERS, ...LETTERS] });
      const trained = async (readsRowsAsTheyAre: boolean) =>
        valuesOf((await trainAdapter({ ...task, readsRowsAsTheyAre }, rows, start, PRIVATE_RUN())).adapter);
      const [together, alone] = [await trained(true), await trained(false)];
      const before = valuesOf(start);
      const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const moved = meanOf(alone.map((value, i) => Math.abs(value - (before[i] ?? Number.NaN))));
      expect(moved).toBeGreaterThan(1e-2);
      // AdamW's first steps go by the sign: a factor whose gradient is next to nothing may go either way.
      expect(meanOf(alone.map((value, i) => Math.abs(value - (together[i] ?? Number.NaN)))) / moved).toBeLessThan(1e-3);
      task.dispose();
      model.dispose();
    });
    test.each([...smallBases, ...others])("%s: one pass gives what a pass for each row gives", async (_, read) => {
      await compare(await read());
    });
  });
}

async function opened({ files, texts }: TextBase) {
  const model = loadModel(files);
  const task = await model.prepare({ kind: "label", labels: LABELS });
  expect(task.readsRowsAsTheyAre).toBe(true);
  const rows = texts.map((input, line) => task.encode({ line, input, answer: LABELS[line % 2] ?? "" }, 48));
  return { model, task, start: startOf(files, model.linears), rows };
}

const valuesOf = (tensors: NamedTensors): number[] => [...tensors.values()].flatMap(({ data }) => [...data]);

/** Everybody is in every sample, some are clipped, and there is next to no noise. */
const PRIVATE_RUN = (): TrainingRun => ({
  ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
  ...{ steps: 3, scale: 2, dropout: 0, memory: ALL_AT_ONCE, seed: 1, beforeStep: async () => {}, onStep: () => {} },
  config: { batchSize: 4, maxTokens: 48, learningRate: 1e-2, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
  privacy: {
    ...{ samplingRate: 1, clip: 0.5, noiseMultiplier: 1e-9, charge: async () => true },
    uniform: random(9, "samples"),
  },
});

async function compare(base: TextBase): Promise<void> {
  const { model, task, start, rows } = await opened(base);
  const adapter = uploadAdapter(start, { scale: 2, trainable: true });
  const before = tf.memory().numTensors;
  const together = tf.tidy(() => {
    const { loss, gradients } = rowGradients(rows, [...start.keys()], adapter, (probed) => task.loss(rows, probed, PASS));
    return { loss, gradients: [...gradients] };
  });
  const values = await Promise.all(together.gradients.map((gradient) => gradient.data()));
  let losses = 0;
  for (const [row, example] of rows.entries()) {
    const { value, grads } = tf.variableGrads(() => task.loss([example], adapter, PASS), [...adapter.variables]);
    losses += (await value.data())[0] ?? Number.NaN;
    const alone = await Promise.all(adapter.variables.map(async ({ name }) => [...((await grads[name]?.data()) ?? [])]));
    tf.dispose([value, grads]);
    const largest = Math.max(...alone.flat().map(Math.abs));
    expect(largest).toBeGreaterThan(1e-6);
    for (const [i, key] of [...start.keys()].entries()) {
      const own = values[i]?.subarray(row * (alone[i]?.length ?? 0), (row + 1) * (alone[i]?.length ?? 0)) ?? [];
      const apart = Math.max(...(alone[i] ?? []).map((wanted, at) => Math.abs(wanted - (own[at] ?? Number.NaN))));
      expect(apart / largest, `${key} of row ${row}`).toBeLessThan(2e-5);
    }
  }
  expect((await together.loss.data())[0]).toBeCloseTo(losses / rows.length, 5);
  tf.dispose([together.loss, ...together.gradients]);
  expect(tf.memory().numTensors).toBe(before);
  adapter.dispose();
  task.dispose();
  model.dispose();
}

/** B is not zero, so that A has gradients. */
function startOf({ config }: ModelFiles, linears: Parameters<typeof adapterLayout>[0]) {
  const targetModules = [...parseArchitecture(config).defaultTargets];
  const uniform = random(4, "start");
  const layout = adapterLayout(linears, { rank: 3, alpha: 6, dropout: 0, targetModules });
  return new Map(
    [...initialAdapter(layout, 1)].map(([key, { shape, data }]) => {
      return [key, { shape, data: data.map((value) => value + 0.1 * (uniform() - 0.5)) }] as const;
    }),
  );
}
