/** A LoRA step with products in float16, where the device has them, learns what one in float32 does. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { trainingSteps } from "../../bench/measureSteps.ts";
import { causalSubject } from "../../bench/subjects.ts";
import { useBackend } from "../backends/testBackend.ts";
import { expectClose } from "../ops/testing/expectClose.ts";
import { hasHalves } from "../ops/webgpu/halves.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { pageContest } from "./testing/pageContest.ts";

const STEPS = 6;

async function losses(halves: boolean): Promise<number[]> {
  await useBackend("webgpu", 1, { halves });
  const hasFeature = (await navigator.gpu.requestAdapter())?.features.has("shader-f16") ?? false;
  expect(hasHalves(webgpuBackend().device)).toBe(halves && hasFeature);
  const before = tf.memory().numTensors;
  const subject = await causalSubject(pageContest, 2, 8);
  const { loss, dispose } = await subject.ours();
  const training = trainingSteps(loss, subject.adapter, () => subject.batch);
  const found: number[] = [];
  for (let step = 0; step < STEPS; step++) found.push(...(await training.run()));
  training.dispose();
  dispose();
  expect(tf.memory().numTensors).toBe(before);
  return found;
}

test("losses of duet-tiny's first steps with products in float16 are those in float32 to 1e-3 nats", async () => {
  const plain = await losses(false);
  const halved = await losses(true);
  expect(new Set(plain).size).toBe(STEPS);
  expectClose(halved, plain, { relative: 0, absolute: 1e-3 });
});
