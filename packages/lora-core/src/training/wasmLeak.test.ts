import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { adapterLayout, initialAdapter } from "../adapters/adapterLayout.ts";
import { useBackend } from "../backends/testBackend.ts";
import { wasmMemory } from "../kernels/wasmHeap.ts";
import { createEncoder } from "../models/encoder/encoder.ts";
import { randomCheckpoint, smallConfig, smallTokenizer } from "../models/testing/randomEncoder.ts";
import { createAdamW } from "../optim/adamW.ts";
import { uploadAdapter } from "./deviceAdapter.ts";

it("200 steps on wasm leave no tensor, no byte and no larger heap behind", async () => {
  await useBackend("wasm");
  const model = createEncoder({ config: smallConfig, weights: randomCheckpoint(smallConfig), tokenizer: smallTokenizer });
  const task = await model.prepare({ kind: "label", labels: ["abc", "hgf"] });
  const rows = ["a b", "abc cba abc", "h g f", "fed abc"].map((input, line) => ({
    line,
    input,
    answer: line % 2 ? "abc" : "hgf",
  }));
  const batch = rows.map((row) => task.encode(row, 24));
  const config = { rank: 3, alpha: 6, dropout: 0, targetModules: ["qkv", "up", "down"] };
  const adapter = uploadAdapter(initialAdapter(adapterLayout(model.linears, config), 1), { scale: 2, trainable: true });
  const optimizer = createAdamW(adapter.variables, { weightDecay: 0.01 });
  const step = (index: number) =>
    tf.tidy(() => {
      const dropout = { rate: 0.1, seed: index };
      const { value, grads } = tf.variableGrads(
        () => task.loss(batch, adapter, { dropout, recompute: false }),
        [...adapter.variables],
      );
      optimizer.apply(
        adapter.variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable)),
        1e-2,
      );
      return Number(value.dataSync()[0]);
    });
  const state = () => ({
    tensors: tf.memory().numTensors,
    bytes: tf.memory().numBytes,
    heap: wasmMemory().buffer.byteLength,
  });

  const losses = Array.from({ length: 20 }, (_, index) => step(index));
  const settled = state();
  for (let index = 20; index < 200; index++) losses.push(step(index));
  expect(state()).toEqual(settled);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);

  optimizer.dispose();
  adapter.dispose();
  task.dispose();
  model.dispose();
});
