/** jointLinear.ts of single layers. */
import * as tf from "@tensorflow/tfjs";
import { loraLinear } from "../loraLinear/loraLinear.ts";
import type { LinearPart } from "./jointLinearKernel.ts";

export function composedJointLinear(x: tf.Tensor2D, parts: readonly LinearPart[]): tf.Tensor2D {
  const outputs = parts.map(({ frozen, update }) => loraLinear(x, frozen, update));
  const [only] = outputs;
  return only && outputs.length === 1 ? only : tf.concat(outputs, 1);
}
