/** Rectifier y = max(x, 0), [N, F]. Its gradient reads y, so that x need not be kept. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";

export function relu(x: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() !== "webgpu") return tf.relu(x);
  return differentiable(
    [x],
    () => {
      const value: tf.Tensor2D = tf.relu(x);
      return { value, saved: { value } };
    },
    (dy, saved) => [webgpuGradient(dy, saved.value)],
  );
}

/** In one dispatch, where TF.js takes three. */
function webgpuGradient(dy: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor {
  const lanes = lanesOf(y.size);
  const count = y.size / laneCount(lanes);
  const { dx } = compute({
    key: `relu gradient ${lanes}`,
    outputs: { dx: [y.shape, lanes] },
    inputs: { dy: [dy, lanes], y: [y, lanes] },
    sizes: { count },
    workgroups: elementGroups(count),
    source: () => perElement(`dx[i] = select(${lanes}(), dy[i], y[i] > ${lanes}());`),
  });
  return dx;
}
