/** rowMeans.ts on WebGPU: a thread per number, or per four, one dispatch each way. */
import * as tf from "@tensorflow/tfjs";
import { rowLengths } from "../selfAttention/rowOffsets.ts";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import type { RowMeansKernel } from "./rowMeansKernel.ts";

export const webgpuRowMeans: RowMeansKernel = {
  forward(x, offsets) {
    const columns = x.shape[1];
    const lanes = lanesOf(columns);
    const width = columns / laneCount(lanes);
    const rows = offsets.length - 1;
    const { y } = compute({
      key: `row means ${lanes}`,
      outputs: { y: [[rows, columns], lanes] },
      inputs: { x: [x, lanes], starts: [tf.tensor1d([...offsets], "int32"), "i32"] },
      sizes: { count: rows * width, width },
      workgroups: elementGroups(rows * width),
      source: () =>
        perElement(`
  let row = i / u.width;
  let end = u32(starts[row + 1u]);
  var sum = ${lanes}();
  for (var token = u32(starts[row]); token < end; token++) { sum += x[token * u.width + i % u.width]; }
  y[i] = sum / f32(starts[row + 1u] - starts[row]);`),
    });
    return y as tf.Tensor2D;
  },

  backward(dy, offsets) {
    const columns = dy.shape[1];
    const lanes = lanesOf(columns);
    const width = columns / laneCount(lanes);
    const tokens = offsets.at(-1) ?? 0;
    // Of each token its row and the row's length.
    const places = rowLengths(offsets).flatMap((length, row) => Array.from({ length }, () => [row, length]));
    const { dx } = compute({
      key: `row means gradient ${lanes}`,
      outputs: { dx: [[tokens, columns], lanes] },
      inputs: { dy: [dy, lanes], places: [tf.tensor2d(places.flat(), [tokens, 2], "int32"), "vec2i"] },
      sizes: { count: tokens * width, width },
      workgroups: elementGroups(tokens * width),
      source: () =>
        perElement(`
  let place = places[i / u.width];
  dx[i] = dy[u32(place.x) * u.width + i % u.width] / f32(place.y);`),
    });
    return dx as tf.Tensor2D;
  },
};
