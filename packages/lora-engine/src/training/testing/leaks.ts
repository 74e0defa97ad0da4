/** Registers the test that training leaves nothing on a backend, on a model so small that 200 steps are quick in software. */

import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { encoderLinears } from "@duet/lora-core/architectures/encoderConfig";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { wasmMemory } from "../../kernels/wasmHeap.ts";
import { createUseLite } from "../../models/encoder/useLite.ts";
import { randomCheckpoint, smallConfig, smallTokenizer } from "../../models/testing/randomEncoder.ts";
import { type TrainingRun, trainAdapter } from "../trainAdapter.ts";

const STEPS = 200;
/** By then every size of buffer has been made once; later steps take them from the pool. */
const SETTLED = 20;
const ADAPTER = { rank: 2, alpha: 4, dropout: 0.1, targetModules: ["qkv", "down"] };

export function testLeaksOn(backend: BackendName): void {
  test(`${STEPS} steps on ${backend} leave no tensor, no byte and no larger heap behind`, async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const config = { ...smallConfig, layers: 1 };
    const model = createUseLite({ config, weights: randomCheckpoint(config), tokenizer: smallTokenizer });
    const task = await model.prepare({ kind: "label", labels: ["ab", "cd"] });
    // Texts of one length, so that every step has the same shapes.
    const examples = ["abab fg", "cdcd fh", "abab fh", "cdcd fg"].map((input, line) =>
      task.encode({ line, input, answer: input.slice(0, 2) }, 16),
    );
    const seen: string[] = [];
    const losses: number[] = [];
    const start = initialAdapter(adapterLayout(encoderLinears(config), ADAPTER), 5);
    const train = (change: Pick<TrainingRun, "onStep" | "keeping">) =>
      trainAdapter(task, examples, start, {
        ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
        ...{ steps: STEPS, scale: 2, dropout: 0.1, seed: 3, memory: ALL_AT_ONCE, beforeStep: async () => {} },
        config: { batchSize: 2, maxTokens: 16, learningRate: 1e-2, warmupSteps: 1, weightDecay: 0.01, clipNorm: 1 },
        ...change,
      });
    await train({
      onStep: (_, loss) => {
        losses.push(loss);
        seen.push(JSON.stringify({ ...tf.memory(), heap: backend === "wasm" ? wasmMemory().buffer.byteLength : null }));
      },
      // Looked at after every step: how many are on their way at a time depends on the clock.
      keeping: { from: null, betweenSteps: async (read) => void (await read()) },
    });
    expect(JSON.parse(seen[0] ?? "")).toMatchObject({ numTensors: expect.any(Number), numBytes: expect.any(Number) });
    // WebGPU counts the buffers on the GPU, too.
    if (backend === "webgpu") expect(seen[0]).toContain("numBytesInGPU");
    expect(new Set(seen.slice(SETTLED)).size).toBe(1);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    // Losses are read together where nobody looks between steps: that leaves nothing either, and comes to the same.
    const between = tf.memory().numTensors;
    const together: number[] = [];
    await train({ onStep: (_, loss) => void together.push(loss) });
    expect(tf.memory().numTensors).toBe(between);
    expect(together).toEqual(losses);
    task.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
}
