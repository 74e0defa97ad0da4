/** Training on WebGPU with a very small encoder: what stays on the GPU from step to step, and what happens when the GPU goes away. */

import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { describe, expect, test } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { randomCheckpoint, smallConfig, smallTokenizerFile } from "../models/testing/randomEncoder.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { createLocalClient } from "./localClient.ts";
import { testLeaksOn } from "./testing/leaks.ts";

const setup: EngineSetup = {
  task: { kind: "label", labels: ["ab", "cd"] },
  adapter: { rank: 4, alpha: 8, dropout: 0.1, targetModules: ["qkv", "up", "down"] },
  training: { batchSize: 4, maxTokens: 16, learningRate: 4e-3, warmupSteps: 1, weightDecay: 0.01, clipNorm: 1 },
  seed: 5,
  clientSeed: 77,
};

/** Texts of one length, so that every step has the same shapes. */
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ line: i + 1, input: i % 2 ? "abab fg" : "cdcd fh", answer: i % 2 ? "ab" : "cd" }));

describe("training on webgpu", () => {
  testLeaksOn("webgpu");

  test("ends a round with a clear error when the device is lost, and the round runs again on wasm", async () => {
    const engine = createLocalClient(testWasm());
    const files = {
      config: modelConfig,
      tokenizer: smallTokenizerFile,
      chat: null,
      stopTokens: [],
      weights: randomCheckpoint(smallConfig),
    };
    const split = { train: rows(8), fusion: rows(2), test: rows(4) };
    const plan = methodOf({ id: "local", config: {} }).plan(
      { local: { unit: "steps", amount: 30 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
      { round: 0, isNewcomer: false },
    );
    const request = { round: 0, plan, received: null };

    await engine.open(files, "webgpu");
    await engine.prepare(setup, split);
    const lose = (done: number) => {
      if (done > 0) webgpuBackend().device.destroy();
    };
    await expect(engine.runRound(request, ({ step }) => lose(step))).rejects.toMatchObject({
      name: "DeviceLostError",
      message: expect.stringMatching(/^The graphics device was lost/),
    });

    expect(await engine.open(files, "wasm")).toMatchObject({ backend: "wasm" });
    await engine.prepare(setup, split);
    const { metrics } = await engine.runRound(request, () => {});
    expect(metrics.trainTokens).toBeGreaterThan(30 * 4 * 5);
    expect(metrics.trainLoss).toBeGreaterThan(0.01);
    expect(metrics.trainLoss).toBeLessThan(3);
  });
});

/** config.json of {@link smallConfig}. */
const modelConfig = {
  architectures: ["UniversalSentenceEncoderLite"],
  model_type: "use-lite",
  vocab_size: smallConfig.vocabulary,
  embedding_size: smallConfig.embeddingSize,
  hidden_size: smallConfig.hiddenSize,
  intermediate_size: smallConfig.intermediateSize,
  num_hidden_layers: smallConfig.layers,
  num_attention_heads: smallConfig.heads,
  hidden_act: "relu",
  layer_norm_eps: smallConfig.layerNormEpsilon,
  max_position_embeddings: smallConfig.maxTokens,
  unk_token_id: smallConfig.unknownToken,
};
