/** Prompts of different lengths are read once; labels are compared and texts are written from the same cache. */

import { parseLlamaConfig } from "@duet/lora-core/architectures/llamaConfig";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { readModelFolder } from "../testing/modelFolder.ts";
import { hiddenStates, logitsAt } from "./decoderForward.ts";
import { type DecoderWeights, disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { continuationLogits, goOn, readPrompts } from "./promptCache.ts";
import { oneRow, packedTokens } from "./tokenBatch.ts";

const prompts = [
  [0, 310, 512, 77, 901],
  [0, 42, 1200, 9, 350, 611, 88, 203, 17, 256, 1001],
];
const tolerance = { relative: 1e-4, absolute: 1e-4 };
let weights: DecoderWeights;

beforeAll(async () => {
  await useBackend("wasm");
  const files = readModelFolder("duet-tiny");
  weights = loadDecoderWeights(parseLlamaConfig(files.config), files.weights);
});
afterAll(() => disposeDecoderWeights(weights));

test("texts go on from prompts token by token, and labels from the same cache, as if each was read whole", async () => {
  const before = tf.memory().numTensors;
  const read = readPrompts(
    weights,
    prompts.map((tokens) => Int32Array.from(tokens)),
    null,
  );
  const [short = [], long = []] = prompts;
  const texts = goOn(weights, read, [1, 0, 1]);
  await expectLogits(texts.next([[], [], []]), [long, short, long]);
  await expectLogits(texts.next([[30], [31], [32]]), [
    [...long, 30],
    [...short, 31],
    [...long, 32],
  ]);

  const labels = [
    { row: 0, tokens: [400, 401, 402] },
    { row: 1, tokens: [] },
    { row: 0, tokens: [7] },
  ];
  await expectLogits(continuationLogits(weights, read, labels, weights.head), [[...short, 400, 401, 402], long, [...short, 7]]);

  await expectLogits(texts.next([[5], [6], [8]]), [
    [...long, 30, 5],
    [...short, 31, 6],
    [...long, 32, 8],
  ]);
  texts.dispose();
  read.cache.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("where few positions are asked for, they are to the bit what a pass over all of them gives there", () => {
  const batch = packedTokens(prompts);
  const positions = [1, 4, 5, 9, 12, 15];
  const options = { adapter: null, dropout: null, cache: null };
  const [asked, all] = tf.tidy(() => [
    hiddenStates(weights, batch, { ...options, at: positions }).arraySync(),
    hiddenStates(weights, batch, options).arraySync(),
  ]);
  expect(asked).toEqual(positions.map((position) => all?.[position]));
});

async function expectLogits(logits: tf.Tensor2D, wholes: readonly (readonly number[])[]): Promise<void> {
  const expected: number[] = [];
  for (const whole of wholes) {
    const oracle = tf.tidy(() =>
      logitsAt(weights, hiddenStates(weights, oneRow(whole), { adapter: null, dropout: null, cache: null }), [whole.length - 1]),
    );
    expected.push(...(await oracle.data()));
    oracle.dispose();
  }
  expectClose(await logits.data(), expected, tolerance);
  logits.dispose();
}
