/** selectRows.ts on WebGPU. The gradient gathers too: every row of x knows which rows of dy were taken from it. */
import * as tf from "@tensorflow/tfjs";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import type { SelectRowsKernel } from "./selectRowsKernel.ts";

export const webgpuSelectRows: SelectRowsKernel = {
  /** x [N, D], K indices -> [K, D]. */
  forward(x, indices) {
    const width = x.shape[1];
    const lanes = lanesOf(width);
    const count = (indices.length * width) / laneCount(lanes);
    const { y } = compute({
      key: `selectRows ${lanes}`,
      outputs: { y: [[indices.length, width], lanes] },
      inputs: { x: [x, lanes], indices: [tf.tensor1d([...indices], "int32"), "i32"] },
      sizes: { count, width: width / laneCount(lanes) },
      workgroups: elementGroups(count),
      source: () => perElement("y[i] = x[u32(indices[i / u.width]) * u.width + i % u.width];"),
    });
    return y.as2D(indices.length, width);
  },

  /** dy [K, D] -> dx [N, D]: sums of the rows of dy in the order of `indices`, zero where a row was not selected. */
  backward(dy, indices, rows) {
    const width = dy.shape[1];
    const lanes = lanesOf(width);
    const count = (rows * width) / laneCount(lanes);
    const { dx } = compute({
      key: `selectRows gradient ${lanes}`,
      outputs: { dx: [[rows, width], lanes] },
      inputs: { dy: [dy, lanes], uses: [tf.tensor1d(usesOf(indices, rows), "int32"), "i32"] },
      sizes: { count, width: width / laneCount(lanes) },
      workgroups: elementGroups(count),
      source: () =>
        perElement(`
    let row = i / u.width;
    var sum = ${lanes}();
    for (var k = uses[row]; k < uses[row + 1u]; k++) { sum += dy[u32(uses[k]) * u.width + i % u.width]; }
    dx[i] = sum;`),
    });
    return dx.as2D(rows, width);
  },
};

/**
 * N + 1 offsets, then K positions: entries offset[n] to offset[n + 1] of the whole list are the positions in `indices` of row n.
 */
function usesOf(indices: readonly number[], rows: number): Int32Array {
  const uses = new Int32Array(rows + 1 + indices.length);
  for (const row of indices) uses[row + 1]!++;
  uses[0] = rows + 1;
  for (let row = 0; row < rows; row++) uses[row + 1]! += uses[row]!;
  const next = uses.slice(0, rows);
  indices.forEach((row, k) => {
    uses[next[row]!++] = k;
  });
  return uses;
}
