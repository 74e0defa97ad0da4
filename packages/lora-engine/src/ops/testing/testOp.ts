/** Registers the tests of an op: its reference against finite differences, and the op against its reference on a backend. */

import type { BackendName } from "@duet/lora-core/protocol/metrics";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import type { WebgpuOptions } from "../../backends/webgpuDevice.ts";
import { expectClose } from "./expectClose.ts";
import { noise, type OpCase } from "./opCase.ts";

/**
 * float32 keeps 2^-24 of a value, and sums of up to a few hundred terms of either sign lose about sqrt(terms) times that,
 * relative to the largest; SwiftShader's exp and rsqrt are good to about 1e-6.
 */
const TOLERANCE = 1e-5;

/** The op's values and gradients equal the reference's on this backend, and nothing stays on it. */
export function testOpOn(backend: BackendName, name: string, cases: readonly OpCase[], webgpu: WebgpuOptions = {}): void {
  describe(`${name} on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend(backend, 1, webgpu);
    });
    test.each(cases.map((op): [string, OpCase] => [op.name, op]))("%s", async (_, { inputs, op, reference, gradients }) => {
      const before = tf.memory().numTensors;
      const host = inputs.map(({ data }) => data);
      const expected = reference(host);
      const dy = noise(expected.length, "dy");
      const found = tf.tidy(() => {
        const tensors = inputs.map(({ shape, data }) => tf.tensor(Float32Array.from(data), [...shape]));
        const run = op();
        const value = run(tensors);
        const upstream = tf.tensor(Float32Array.from(dy), value.shape);
        return [value, ...tf.grads((...args: tf.Tensor[]) => run(args))(tensors, upstream)];
      });
      for (const [index, wanted] of [expected, ...gradients(host, dy)].entries()) {
        const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
        const what = index === 0 ? "output" : `gradient of input ${index - 1}`;
        expectClose((await found[index]?.data()) ?? [], wanted, { relative: TOLERANCE, absolute: TOLERANCE * largest, what });
      }
      tf.dispose(found);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** The reference's gradients equal central differences of its values, in float64. */
export function testReference(name: string, cases: readonly OpCase[]): void {
  describe(`${name} reference`, () => {
    test.each(cases.map((op): [string, OpCase] => [op.name, op]))("%s", (_, { inputs, reference, gradients }) => {
      const host = inputs.map(({ data }) => data);
      const dy = noise(reference(host).length, "dy");
      const objective = () => reference(host).reduce((sum, value, i) => sum + value * (dy[i] as number), 0);
      gradients(host, dy).forEach((gradient, index) => {
        const values = host[index] as Float64Array;
        const differences = values.map((value, i) => {
          const step = 1e-5;
          values[i] = value + step;
          const above = objective();
          values[i] = value - step;
          const below = objective();
          values[i] = value;
          return (above - below) / (2 * step);
        });
        expectClose(gradient, differences, { relative: 1e-6, absolute: 1e-6, what: `gradient of input ${index}` });
      });
    });
  });
}
