/** swiglu.ts on WebGPU: one dispatch each way, and both halves are read where they lie. */
import type * as tf from "@tensorflow/tfjs";
import { compute } from "../webgpu/compute.ts";
import { elementGroups, type Lanes, laneCount, lanesOf, perElement } from "../webgpu/wgsl.ts";
import type { SwigluKernel } from "./swigluKernel.ts";

/** Places of value i of y in joint. Beyond 80 the exponential would leave float32's range, and the sigmoid is 0 there anyway. */
const GATE = (lanes: Lanes) => `
  let first = i / u.width * 2u * u.width + i % u.width;
  let second = first + u.width;
  let g = joint[first];
  let sigmoid = 1.0 / (1.0 + exp(min(-g, ${lanes}(80.0))));`;

function shapeOf(joint: tf.Tensor2D) {
  const [rows, columns] = joint.shape;
  const lanes = lanesOf(columns / 2);
  const width = columns / 2 / laneCount(lanes);
  const count = rows * width;
  return { lanes, call: { sizes: { count, width }, workgroups: elementGroups(count) } };
}

function forward(joint: tf.Tensor2D): tf.Tensor2D {
  const { lanes, call } = shapeOf(joint);
  const [rows, columns] = joint.shape;
  const { y } = compute({
    key: `swiglu ${lanes}`,
    outputs: { y: [[rows, columns / 2], lanes] },
    inputs: { joint: [joint, lanes] },
    ...call,
    source: () => perElement(`${GATE(lanes)} y[i] = g * sigmoid * joint[second];`),
  });
  return y as tf.Tensor2D;
}

/** d silu / d gate = sigmoid (1 + gate (1 - sigmoid)) */
function gradient(dy: tf.Tensor2D, joint: tf.Tensor2D): tf.Tensor2D {
  const { lanes, call } = shapeOf(joint);
  const { dJoint } = compute({
    key: `swiglu gradient ${lanes}`,
    outputs: { dJoint: [joint.shape, lanes] },
    inputs: { dy: [dy, lanes], joint: [joint, lanes] },
    ...call,
    source: () =>
      perElement(`${GATE(lanes)}
  dJoint[first] = dy[i] * joint[second] * sigmoid * (1.0 + g * (1.0 - sigmoid));
  dJoint[second] = dy[i] * g * sigmoid;`),
  });
  return dJoint as tf.Tensor2D;
}

export const webgpuSwiglu: SwigluKernel = { forward, backward: gradient };
