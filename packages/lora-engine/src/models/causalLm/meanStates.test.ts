/** Vectors of texts by a decoder, beside those of each text alone, token by token. */
import { parseLlamaConfig } from "@duet/lora-core/architectures/llamaConfig";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { expectClose } from "../../ops/testing/expectClose.ts";
import { readModelFolder } from "../testing/modelFolder.ts";
import { headInput, hiddenStates } from "./decoderForward.ts";
import { disposeDecoderWeights, loadDecoderWeights } from "./decoderWeights.ts";
import { meanStates } from "./meanStates.ts";
import { oneRow } from "./tokenBatch.ts";

const texts = [
  [0, 310, 512, 77, 901],
  [0, 42, 1200, 9, 350, 611, 88, 203],
];

test("texts of unlike lengths are what each is alone: its tokens' mean, of length 1, and nothing is left on the backend", async () => {
  await useBackend("wasm");
  const files = readModelFolder("duet-tiny");
  const weights = loadDecoderWeights(parseLlamaConfig(files.config), files.weights);
  const before = tf.memory().numTensors;
  const found = await meanStates(
    weights,
    texts.map((tokens) => Int32Array.from(tokens)),
  );
  expect(tf.memory().numTensors).toBe(before);
  for (const [index, tokens] of texts.entries()) {
    const states = tf.tidy(() => {
      const hidden = hiddenStates(weights, oneRow(tokens), { adapter: null, dropout: null, cache: null });
      return headInput(weights, hidden, null).arraySync() as number[][];
    });
    const mean = (states[0] ?? []).map((_, d) => states.reduce((sum, state) => sum + (state[d] ?? 0), 0) / states.length);
    const length = Math.hypot(...mean);
    expectClose(
      found[index] ?? [],
      mean.map((value) => value / length),
      { relative: 1e-4, absolute: 1e-5 },
    );
  }
  expect(found[0]).not.toEqual(found[1]);
  disposeDecoderWeights(weights);
});
