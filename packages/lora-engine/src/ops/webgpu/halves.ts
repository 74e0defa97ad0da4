/**
 * Products in float16, on devices that were opened for them: x W^T with a weight that is kept in float16. Four products and their sum
 * are in float16, these sums are added up in float32. Products with gradients stay in float32: a gradient may be below 6e-5, where float16 has
 * less than its 11 bits. Weights in other formats do too: bfloat16 reaches where float16 does not.
 */
import type { TermShape } from "./productShader.ts";
import { webgpuBackend } from "./webgpuBackend.ts";

export function hasHalves(device: GPUDevice): boolean {
  return device.features.has("shader-f16");
}

/** Whether a term is multiplied in float16 on the current device. */
export function isHalved({ form, wide, format }: Pick<TermShape, "form" | "wide" | "format">): boolean {
  return form === "nt" && wide && format === "f16" && hasHalves(webgpuBackend().device);
}
