import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../backends/testBackend.ts";
import { compute } from "./compute.ts";
import { perElement } from "./wgsl.ts";

/** More than a kernel keeps of its uniforms. */
const SLOPES = Array.from({ length: 40 }, (_, i) => 1.5 + i / 8);

function scaled(x: tf.Tensor1D, slope: number): tf.Tensor {
  const { y } = compute({
    key: "scaled, for a test",
    outputs: { y: [x.shape, "f32"] },
    inputs: { x: [x, "f32"] },
    sizes: { count: x.size },
    numbers: { slope },
    workgroups: [1, 1],
    source: () => perElement("y[i] = u.slope * x[i];"),
  });
  return y;
}

/** All slopes recorded one after the other before anything is read. */
async function allSlopes(): Promise<number[][]> {
  const x = tf.tensor1d([2, -0.75]);
  const found = tf.tidy(() => SLOPES.map((slope) => scaled(x, slope)));
  const values = await Promise.all(found.map(async (tensor) => [...(await tensor.data())]));
  tf.dispose([x, found]);
  return values;
}

describe("compute on webgpu", () => {
  beforeAll(async () => {
    await useBackend("webgpu");
  });

  test("every call has its own numbers, of more calls than uniforms are kept, and the memory for them is used again", async () => {
    const wanted = SLOPES.map((slope) => [2 * slope, -0.75 * slope]);
    expect(await allSlopes()).toEqual(wanted);
    expect(await allSlopes()).toEqual(wanted);
    const settled = tf.memory();
    expect(await allSlopes()).toEqual(wanted);
    expect(tf.memory()).toEqual(settled);
  });

  test("numbers that were given before are not written again", async () => {
    const x = tf.tensor1d([2, -0.75]);
    const { prototype } = GPUQueue;
    const { writeBuffer } = prototype;
    let writes = 0;
    prototype.writeBuffer = function (...args: Parameters<typeof writeBuffer>) {
      writes++;
      return writeBuffer.apply(this, args);
    };
    try {
      const once = () => {
        const y = tf.tidy(() => scaled(x, 0.375));
        return y.data().finally(() => y.dispose());
      };
      const first = [...(await once())];
      const before = writes;
      expect([...(await once())]).toEqual(first);
      expect(first).toEqual([0.75, -0.28125]);
      expect(before).toBeGreaterThan(0);
      expect(writes).toBe(before);
    } finally {
      prototype.writeBuffer = writeBuffer;
    }
    x.dispose();
  });
});
