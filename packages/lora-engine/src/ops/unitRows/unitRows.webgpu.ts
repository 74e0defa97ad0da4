/** unitRows.ts on WebGPU: a workgroup per row, one dispatch each way. */
import type * as tf from "@tensorflow/tfjs";
import { compute } from "../webgpu/compute.ts";
import { dotOf, type Lanes, laneCount, lanesOf, perRow, rowGroups } from "../webgpu/wgsl.ts";

/** The sum of squares under which a row is not divided by its length; NORM_EPSILON of unitRows.ts. */
const LEAST = "1.0e-12";

/** `squares` of the row, and `inverse`, 1 over its length. Beyond 10 the tangent is 1 in float32, and some drivers' own overflows far out. */
const LENGTH = (lanes: Lanes, squashed: boolean) => `
  let start = row * u.width;
  var sum = 0.0;
  for (var j = lane; j < u.width; j += LANES) { let t = ${numberOf(lanes, squashed)}; sum += ${dotOf(lanes, "t", "t")}; }
  let squares = total(lane, sum);
  let inverse = inverseSqrt(max(squares, ${LEAST}));`;

const numberOf = (lanes: Lanes, squashed: boolean) =>
  squashed ? `tanh(clamp(x[start + j], ${lanes}(-10.0), ${lanes}(10.0)))` : "x[start + j]";

interface UnitRowsKernel {
  forward(x: tf.Tensor2D): tf.Tensor2D;
  /** dt = (dy - y (y . dy)) / |t|, and dx = dt (1 - t^2) where t is the tangent. */
  backward(dy: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D;
}

export const webgpuUnitRows = (squashed: boolean): UnitRowsKernel => ({
  forward(x) {
    const { lanes, call } = shapeOf(x);
    const { y } = compute({
      key: `unit rows ${squashed ? "squashed " : ""}${lanes}`,
      outputs: { y: [x.shape, lanes] },
      inputs: { x: [x, lanes] },
      ...call,
      source: () =>
        perRow(`${LENGTH(lanes, squashed)}
  for (var j = lane; j < u.width; j += LANES) { y[start + j] = inverse * ${numberOf(lanes, squashed)}; }`),
    });
    return y as tf.Tensor2D;
  },

  backward(dy, x) {
    const { lanes, call } = shapeOf(x);
    const { dx } = compute({
      key: `unit rows gradient ${squashed ? "squashed " : ""}${lanes}`,
      outputs: { dx: [x.shape, lanes] },
      inputs: { dy: [dy, lanes], x: [x, lanes] },
      ...call,
      source: () =>
        perRow(`${LENGTH(lanes, squashed)}
  var along = 0.0;
  for (var j = lane; j < u.width; j += LANES) { let t = ${numberOf(lanes, squashed)}; along += ${dotOf(lanes, "t", "dy[start + j]")}; }
  let pull = select(0.0, total(lane, along) * inverse * inverse, squares > ${LEAST});
  for (var j = lane; j < u.width; j += LANES) {
    let t = ${numberOf(lanes, squashed)};
    dx[start + j] = inverse * (dy[start + j] - pull * t)${squashed ? " * (1.0 - t * t)" : ""};
  }`),
    });
    return dx as tf.Tensor2D;
  },
});

function shapeOf({ shape: [rows, width] }: tf.Tensor2D) {
  const lanes = lanesOf(width);
  return { lanes, call: { sizes: { rows, width: width / laneCount(lanes) }, workgroups: rowGroups(rows) } };
}
