/**
 * TF.js' WebGPU backend on a device of our own asking: with the features that own kernels use where the adapter has them. TF.js asks
 * for none of those (4.22, base.js), and for the same limits.
 */
import * as tf from "@tensorflow/tfjs";

export interface WebgpuOptions {
  /** Features that are left out although the adapter has them. */
  readonly without?: readonly GPUFeatureName[];
  /** Products with frozen float16 weights in float16, where the adapter has `shader-f16`; without it in float32. See ops/webgpu/halves.ts. */
  readonly halves?: boolean;
}

const FEATURES: readonly GPUFeatureName[] = ["timestamp-query", "bgra8unorm-storage", "subgroups"];

/** Kernels multiply in float16 on every device that has it. */
const HALVES: readonly GPUFeatureName[] = ["shader-f16"];

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
async function openDevice({ without = [], halves = false }: WebgpuOptions): Promise<[GPUDevice, GPUAdapterInfo]> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("There is no WebGPU adapter");
  const device = await adapter.requestDevice({
    requiredFeatures: [...FEATURES, ...(halves ? HALVES : [])].filter(
      (name) => adapter.features.has(name) && !without.includes(name),
    ),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  return [device, adapter.info];
}
