/** Training on WebGPU with a very small encoder: what stays on the GPU from step to step, and what happens when the GPU goes away. */

import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { describe, expect, test } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import { smallEncoderFiles } from "../models/testing/randomEncoder.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { createLocalClient } from "./localClient.ts";
import type { JournalState } from "./roundJournal.ts";
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

  test("a round comes to the same bits when it goes on from what was kept of it", async () => {
    const engine = createLocalClient(testWasm());
    await engine.open(smallEncoderFiles(), "webgpu");
    await engine.prepare(setup, { train: rows(7), fusion: rows(2), test: rows(4) });
    const plan = methodOf({ id: "local", config: {} }).plan(
      { local: { unit: "steps", amount: 5 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
      { round: 0, isNewcomer: false },
    );
    const before = await engine.checkpoint();
    const states: JournalState[] = [];
    const offer = async (read: () => Promise<JournalState>) => void states.push(structuredClone(await read()));
    await engine.runRound({ round: 0, plan, received: null }, () => {}, { from: null, offer });
    const after = await engine.checkpoint();
    expect(after.personal).not.toEqual(before.personal);
    for (const from of states.filter(({ training }) => training)) {
      await engine.restore(before);
      await engine.runRound({ round: 0, plan, received: null }, () => {}, { from, offer: async () => {} });
      expect(await engine.checkpoint()).toEqual(after);
    }
  });

  // Last: no test of this page has the device after it.
  test("ends a round with a clear error when the device is lost, and the round goes on with wasm", async () => {
    const engine = createLocalClient(testWasm());
    const files = smallEncoderFiles();
    const split = { train: rows(8), fusion: rows(2), test: rows(4) };
    const plan = methodOf({ id: "local", config: {} }).plan(
      { local: { unit: "steps", amount: 30 }, inner: { unit: "steps", amount: 1 }, rounds: 1 },
      { round: 0, isNewcomer: false },
    );
    const request = { round: 0, plan, received: null };

    await engine.open(files, "webgpu");
    await engine.prepare(setup, split);
    // Every step is kept, and the device lost right after the third.
    let kept: JournalState | null = null;
    const offer = async (read: () => Promise<JournalState>) => {
      kept = structuredClone(await read());
      if (kept.training?.state.done === 3) webgpuBackend().device.destroy();
    };
    await expect(engine.runRound(request, () => {}, { from: null, offer })).rejects.toMatchObject({
      name: "DeviceLostError",
      message: expect.stringMatching(/^The graphics device was lost/),
    });

    expect(await engine.open(files, "wasm")).toMatchObject({ backend: "wasm" });
    await engine.prepare(setup, split);
    const from: JournalState | null = kept;
    expect(from).toMatchObject({ training: { steps: 30, state: { done: 3 } } });
    const steps: number[] = [];
    const tell = ({ activity, step }: Progress) => void (activity === "training" && steps.push(step));
    const { metrics } = await engine.runRound(request, tell, { from, offer: async () => {} });
    expect(steps[0]).toBe(3);
    expect(metrics.trainTokens).toBeGreaterThan(30 * 4 * 5);
    expect(metrics.trainLoss).toBeGreaterThan(0.01);
    expect(metrics.trainLoss).toBeLessThan(3);
  });
});
