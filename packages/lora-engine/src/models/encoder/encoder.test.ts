import { parseEncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { readModelFolder } from "../testing/modelFolder.ts";
import { embedWithGraph, loadShippedGraph } from "../testing/shippedGraph.ts";
import { embedTexts } from "./encoderForward.ts";
import { disposeEncoderWeights, type EncoderWeights, loadEncoderWeights } from "./encoderWeights.ts";

const files = readModelFolder("use-lite");
const config = parseEncoderConfig(files.config);
const tokenizer = createTextTokenizer(files.tokenizer);

const TEXTS = [
  "I have been coughing for two weeks and my chest hurts when I breathe in.",
  "machine check interrupt (bit=0x1d): L2 dcache unit data parity error",
  "日本語 mixed with words the vocabulary does not have: 𓀀𓀁 ☤",
  "ok",
];

describe.each([
  ["wasm", TEXTS],
  ["cpu", TEXTS.slice(2)],
] as const)("encoder on %s", (backend, texts) => {
  let weights: EncoderWeights;
  beforeAll(async () => {
    await useBackend(backend);
    weights = loadEncoderWeights(config, files.weights);
  });
  afterAll(() => disposeEncoderWeights(weights));

  it.each([
    ["at the end", false],
    ["before the last linear layer", true],
  ])("gives the embeddings of the shipped graph for texts of different lengths, means taken %s", async (_, meansFirst) => {
    const ids = texts.map((text) => tokenizer.encode(text));
    const graph = await loadShippedGraph();
    const expected = await embedWithGraph(graph, ids);
    graph.dispose();
    const pass = { config, weights, adapter: null, dropout: null, meansFirst };
    const embeddings = tf.tidy(() =>
      embedTexts(
        pass,
        ids.map((text) => Int32Array.from(text)),
      ),
    );
    const actual = await embeddings.array();
    embeddings.dispose();
    const errors = actual.flatMap((row, i) => row.map((value, j) => Math.abs(value - (expected[i]?.[j] ?? Number.NaN))));
    expect(errors).toHaveLength(texts.length * 512);
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });
});
