import { encoderLinears, parseEncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { createStockEncoder } from "../../../bench/stockEncoder.ts";
import fixture from "../../../fixtures/encoder/embeddings.json";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { randomCheckpoint, randomTensor, smallConfig, smallTokenizer } from "../testing/randomEncoder.ts";
import { embedTexts } from "./encoderForward.ts";
import { disposeEncoderWeights, loadEncoderWeights } from "./encoderWeights.ts";
import { createUseLite } from "./useLite.ts";

const RANK = 3;

async function fetchModel(file: string): Promise<Response> {
  const response = await fetch(new URL(`../../../../../models/use-lite/${file}`, import.meta.url));
  if (!response.ok) throw new Error(`models/use-lite/${file} is missing. Run "npx tsx tools/convertUseLite.ts".`);
  return response;
}

describe("encoder on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));

  it("gives the embeddings of the shipped graph for texts of different lengths", async () => {
    expect(tf.getBackend()).toBe("webgpu");
    const config = parseEncoderConfig(await (await fetchModel("config.json")).json());
    const weights = loadEncoderWeights(config, readSafetensors(await (await fetchModel("model.safetensors")).arrayBuffer()));
    const texts = fixture.ids.map((ids) => Int32Array.from(ids));
    const embeddings = tf.tidy(() => embedTexts({ config, weights, adapter: null, dropout: null }, texts));
    expectClose((await embeddings.array()).flat(), fixture.embeddings.flat(), { relative: 0, absolute: 1e-5 });
    embeddings.dispose();
    disposeEncoderWeights(weights);
  });

  it("has the loss and the gradients of the same model written in stock ops on the cpu", async () => {
    const labels = ["abc", "gh a", "e"];
    const rows = [
      { line: 1, input: "abcd efgh", answer: "gh a" },
      { line: 2, input: "hgf zz edcba", answer: "e" },
    ];
    const checkpoint = randomCheckpoint(smallConfig);
    /** Loss, then the gradients of A and B of every linear module. */
    const lossAndGradients = async (ours: boolean): Promise<Float32Array[]> => {
      const model = createUseLite({ config: smallConfig, weights: checkpoint, tokenizer: smallTokenizer });
      const task = await model.prepare({ kind: "label", labels });
      const batch = rows.map((row) => task.encode(row, 24));
      const variable = (shape: [number, number], label: string) =>
        tf.variable<tf.Rank.R2>(tf.tensor2d(randomTensor(shape, label).data, shape), true, `${label} ${tf.getBackend()}`);
      const factors = encoderLinears(smallConfig).map(({ name, inFeatures, outFeatures }) => {
        return [name, { a: variable([RANK, inFeatures], `${name} A`), b: variable([outFeatures, RANK], `${name} B`) }] as const;
      });
      const adapter = { scale: 1.7, factors: new Map(factors) };
      const variables = factors.flatMap(([, { a, b }]) => [a, b]);
      const ids = labels.map((label) => Int32Array.from(smallTokenizer.encode(label)));
      const stock = createStockEncoder({ config: smallConfig, checkpoint, labels: ids, temperature: 16 });
      const { value, grads } = tf.variableGrads(
        () => (ours ? task.loss(batch, adapter, null) : stock.loss(batch, adapter)),
        variables,
      );
      const tensors = [value, ...variables.map(({ name }) => grads[name] ?? value)];
      const values = await Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
      for (const owner of [task, model, stock]) owner.dispose();
      tf.dispose([tensors, variables]);
      return values;
    };
    const actual = await lossAndGradients(true);
    await useBackend("cpu");
    const expected = await lossAndGradients(false);
    expect(actual).toHaveLength(1 + 2 * encoderLinears(smallConfig).length);
    for (const [index, values] of expected.entries()) {
      const largest = Math.max(...Array.from(values, Math.abs));
      expect(largest).toBeGreaterThan(1e-4);
      expectClose(actual[index] ?? [], values, { relative: 1e-3, absolute: 1e-4 * largest, what: `values ${index}` });
    }
  });
});
