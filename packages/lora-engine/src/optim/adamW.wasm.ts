/**
 * One AdamW update of a tensor on wasm, where it lies: one pass over it. TF.js' own product keeps what it packed of its right side by that tensor's
 * id, so no variable may be on the right of one.
 */
import { runKernel } from "../kernels/wasmKernels.ts";
import { variableByVariable } from "./adamWByVariable.ts";

export const wasmAdamW = variableByVariable(({ value, m, v }, gradient, { factor, ...numbers }) => {
  const { beta1, beta2, epsilon, keep, rate, spread } = numbers;
  runKernel("adamW", value, m, v, gradient, value.size, factor, beta1, beta2, epsilon, keep, rate, spread);
});
