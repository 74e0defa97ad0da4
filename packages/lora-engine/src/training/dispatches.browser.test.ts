/** How many kernels a LoRA step of the benchmark starts on the GPU: on a real one the host takes longer for a dispatch than most of them run. */
import { expect, test } from "vitest";
import { listDispatches } from "../../bench/countDispatches.ts";
import { trainingSteps } from "../../bench/measureSteps.ts";
import { type ContestOptions, causalSubject, encoderSubject } from "../../bench/subjects.ts";
import { useBackend } from "../backends/testBackend.ts";
import { readModelFiles } from "../models/readModelFiles.ts";

const options: ContestOptions = {
  readModel: (id) =>
    readModelFiles(["config.json", "tokenizer.json", "model.safetensors"], async (name) => {
      const response = await fetch(new URL(`../../../../models/${id}/${name}`, import.meta.url));
      return new Uint8Array(await response.arrayBuffer());
    }),
  text: "The license of this work lets everyone copy it. ".repeat(20),
  warmUp: 1,
  measured: 1,
};

test.each([
  ["use-lite", () => encoderSubject(options, 2, 8), 147],
  ["duet-tiny", () => causalSubject(options, 2, 8), 314],
] as const)("a step of %s takes no more dispatches than it did", async (_, subjectOf, most) => {
  await useBackend("webgpu");
  const subject = await subjectOf();
  const { loss, dispose } = await subject.ours();
  const training = trainingSteps(loss, subject.adapter, () => subject.batch);
  await training.run();
  const dispatches = (await listDispatches(training.run)) ?? [];
  expect(dispatches.length).toBeGreaterThan(0);
  expect(dispatches.length).toBeLessThanOrEqual(most);
  training.dispose();
  dispose();
});
