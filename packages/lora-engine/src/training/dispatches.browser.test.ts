/**
 * A LoRA step of the benchmark's models on WebGPU: how many kernels it starts, because on a real GPU the host takes longer for a dispatch
 * than most of them run, and that it learns what it learns on wasm.
 */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { listDispatches } from "../../bench/countDispatches.ts";
import { trainingSteps } from "../../bench/measureSteps.ts";
import { causalSubject, encoderSubject, type Subject } from "../../bench/subjects.ts";
import { useBackend } from "../backends/testBackend.ts";
import { expectClose } from "../ops/testing/expectClose.ts";
import { pageContest } from "./testing/pageContest.ts";

/** Losses of the first steps, and what the last of them starts on the GPU. */
async function steps(backend: "webgpu" | "wasm", subjectOf: () => Promise<Subject>) {
  await useBackend(backend);
  const before = tf.memory().numTensors;
  const subject = await subjectOf();
  const { loss, dispose } = await subject.ours();
  const training = trainingSteps(loss, subject.adapter, () => subject.batch);
  const losses = [...(await training.run()), ...(await training.run())];
  const dispatches = await listDispatches(async () => losses.push(...(await training.run())));
  training.dispose();
  dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { losses, dispatches: dispatches ?? [] };
}

test.each([
  ["use-lite", () => encoderSubject(pageContest, 2, 8), 78],
  ["duet-tiny", () => causalSubject(pageContest, 2, 8), 175],
] as const)(
  "a step of %s takes at most half of the dispatches it took at first, and has wasm's losses",
  async (_, subjectOf, most) => {
    const { losses, dispatches } = await steps("webgpu", subjectOf);
    const counts = new Map<string, number>();
    for (const label of dispatches) counts.set(label, (counts.get(label) ?? 0) + 1);
    const list = [...counts].map(([label, count]) => `${count} ${label}`).join("\n");
    expect(dispatches.length).toBeGreaterThan(0);
    expect.soft(dispatches.length, list).toBeLessThanOrEqual(most);
    const expected = (await steps("wasm", subjectOf)).losses;
    expect(new Set(expected).size).toBe(3);
    expectClose(losses, expected, { relative: 1e-4, absolute: 1e-4 });
  },
);
