/**
 * TF.js' WebGPU backend on a device of our own asking: with the features that own kernels use where the adapter has them. TF.js asks
 * for none of those (4.22, base.js), and for the same limits.
 */
import * as tf from "@tensorflow/tfjs";

export interface WebgpuOptions {
  /** Features that are left out although the adapter has them. */
  readonly without?: readonly GPUFeatureName[];
  /** Bytes of the largest buffer that a shader reads, no more than the adapter allows; without it as many as that. */
  readonly bindingBytes?: number;
}

const FEATURES: readonly GPUFeatureName[] = ["timestamp-query", "bgra8unorm-storage", "subgroups"];

const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** Of the backend that is registered; null while it is TF.js' own. */
let registered: string | null = null;

/** To be called before the backend is set. With other options than before, that backend and its tensors are gone. */
export async function registerWebgpu(options: WebgpuOptions): Promise<void> {
  // Registers TF.js' own on import, and only where there is WebGPU.
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const wanted = JSON.stringify(options);
  if (wanted === registered || tf.findBackendFactory("webgpu") === null) return;
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", async () => new WebGPUBackend(...(await openDevice(options))));
  registered = wanted;
}

/** @throws {Error} when there is no adapter. */
async function openDevice({ without = [], bindingBytes }: WebgpuOptions): Promise<[GPUDevice, GPUAdapterInfo]> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("There is no WebGPU adapter");
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => adapter.features.has(name) && !without.includes(name)),
    requiredLimits: bindingBytes === undefined ? limits : { ...limits, maxStorageBufferBindingSize: bindingBytes },
  });
  return [device, adapter.info];
}
