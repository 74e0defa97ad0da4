/** Gradients of the shipped models on WebGPU, whose kernels read several modules at once there, are those on wasm. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { ADAPTER_SCALE } from "../../bench/measureSteps.ts";
import { causalSubject, encoderSubject, type Subject } from "../../bench/subjects.ts";
import { useBackend } from "../backends/testBackend.ts";
import { expectClose } from "../ops/testing/expectClose.ts";
import { uploadAdapter } from "./deviceAdapter.ts";
import { pageContest } from "./testing/pageContest.ts";

/** Of the adapter's tensors by name, and the loss. */
async function gradientsOn(backend: "webgpu" | "wasm", subjectOf: () => Promise<Subject>): Promise<Map<string, Float32Array>> {
  await useBackend(backend);
  const subject = await subjectOf();
  const { loss, dispose } = await subject.ours();
  const adapter = uploadAdapter(subject.adapter, { scale: ADAPTER_SCALE, trainable: true });
  const { value, grads } = tf.variableGrads(() => loss(subject.batch, adapter), [...adapter.variables]);
  const found = new Map([["loss", Float32Array.from(await value.data())]]);
  for (const [i, variable] of adapter.variables.entries()) {
    found.set([...subject.adapter.keys()][i] ?? "", Float32Array.from((await grads[variable.name]?.data()) ?? []));
  }
  tf.dispose([value, grads]);
  adapter.dispose();
  dispose();
  return found;
}

test.each([
  ["use-lite", () => encoderSubject(pageContest, 3, 12)],
  ["duet-tiny", () => causalSubject(pageContest, 3, 12)],
] as const)("the loss and every gradient of %s", async (_, subjectOf) => {
  const found = await gradientsOn("webgpu", subjectOf);
  const expected = await gradientsOn("wasm", subjectOf);
  expect(found.size).toBe(expected.size);
  for (const [name, values] of expected) {
    const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(largest, name).toBeGreaterThan(0);
    expectClose(found.get(name) ?? [], values, { relative: 1e-3, absolute: 1e-3 * largest, what: name });
  }
});
