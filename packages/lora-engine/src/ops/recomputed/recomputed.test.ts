import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { swiglu } from "../swiglu/swiglu.ts";
import { recomputed } from "./recomputed.ts";

describe.each(["cpu", "wasm"] as const)("recomputed on %s", (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  /** x -> x + (swiglu(x a, x) b), a residual part with two factors. */
  const part = ([x, a, b]: readonly tf.Tensor[]): tf.Tensor => {
    if (!x || !a || !b) throw new RangeError("three inputs are needed");
    return tf.add(x, tf.matMul(swiglu(tf.concat([tf.matMul(x, a).as2D(3, 4), x.as2D(3, 4)], 1)), b.as2D(4, 4)));
  };
  const values = (size: number, step: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(step * (i + 1)));

  function gradients(run: typeof recomputed | null) {
    const x = tf.tensor2d(values(12, 0.7), [3, 4]);
    const variables = [1.1, 0.3, 0.9, 1.7].map((step) => tf.variable(tf.tensor2d(values(16, step), [4, 4])));
    const [a, b, c, d] = variables;
    if (!a || !b || !c || !d) throw new RangeError("four variables are needed");
    const apply = (inputs: readonly tf.Tensor[]) => (run ? run(inputs, part) : part(inputs));
    const before = tf.memory().numTensors;
    // The outer network goes on after the parts, and a factor that is made on the way takes part too.
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(apply([apply([x, a, b]), tf.mul(c, 2), tf.add(d, a)]))),
      variables,
    );
    const found = [value.dataSync()[0], ...variables.map(({ name }) => [...(grads[name]?.dataSync() ?? [])])];
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, ...variables]);
    return found;
  }

  test("gives the value and the gradients of the plain composition, and leaves nothing behind", () => {
    const plain = gradients(null);
    expect(gradients(recomputed)).toEqual(plain);
    expect(plain.flat().every((value) => Math.abs(Number(value)) > 1e-6)).toBe(true);
  });

  test("is the plain forward pass outside of a gradient", () => {
    const inputs = [
      tf.tensor2d(values(12, 0.7), [3, 4]),
      tf.tensor2d(values(16, 1.1), [4, 4]),
      tf.tensor2d(values(16, 0.3), [4, 4]),
    ];
    const [once, twice] = [part(inputs), recomputed(inputs, part)];
    expect([...twice.dataSync()]).toEqual([...once.dataSync()]);
    tf.dispose([...inputs, once, twice]);
  });
});
