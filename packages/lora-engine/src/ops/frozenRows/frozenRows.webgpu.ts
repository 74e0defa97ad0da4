/** frozenRows.ts on WebGPU: a thread per number, or per four. */
import * as tf from "@tensorflow/tfjs";
import type { FrozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { compute } from "../webgpu/compute.ts";
import { readerOf, type TermShape, WORDS } from "../webgpu/productShader.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";

export function webgpuFrozenRows(matrix: FrozenMatrix, indices: ArrayLike<number>): tf.Tensor2D {
  const { shape, format, stored, scales, firstRow } = matrix;
  const lanes = lanesOf(shape[1]);
  const width = shape[1] / laneCount(lanes);
  const read: TermShape = { form: "nt", wide: lanes === "vec4f", masked: false, format, halved: false };
  const { y } = compute({
    key: `frozenRows ${format} ${lanes}`,
    outputs: { y: [[indices.length, shape[1]], lanes] },
    inputs: {
      right0: [stored, format === "f32" ? lanes : WORDS[format]],
      ...(scales && { scales0: [scales, "f32"] }),
      indices: [tf.tensor1d(Int32Array.from(indices), "int32"), "i32"],
    },
    sizes: { count: indices.length * width, width, firstRow0: firstRow },
    workgroups: elementGroups(indices.length * width),
    source: () => readerOf(read, 0) + perElement("y[i] = read0(u32(indices[i / u.width]), i % u.width, u.width);"),
  });
  return y.as2D(indices.length, shape[1]);
}
