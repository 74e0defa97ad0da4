/** What WebGPU there is, and whether it is hardware. */
import type { BufferLimits } from "@duet/lora-core/architectures/deviceLimits";

export interface AdapterFound {
  readonly name: string;
  /** Computes on the processor: right results, slower than wasm. */
  readonly software: boolean;
  readonly buffers: BufferLimits;
}

/** Null where there is no WebGPU (Node, an insecure page, no adapter). */
export async function findAdapter(): Promise<AdapterFound | null> {
  // Not every runtime has `navigator`, and not every navigator has `gpu`, whatever the types say.
  if (typeof navigator === "undefined" || !("gpu" in navigator)) return null;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const name = [...new Set([description || device, vendor, architecture])].filter(Boolean).join(", ") || "unnamed";
  const { maxBufferSize: held, maxStorageBufferBindingSize } = adapter.limits;
  const buffers = { bound: Math.min(held, maxStorageBufferBindingSize), held };
  return { name, software: isSoftware(adapter.info), buffers };
}

/** Chrome marks SwiftShader as a fallback adapter only when it was not asked for by flag, so its name counts too. */
export function isSoftware(info: Pick<GPUAdapterInfo, "architecture" | "description" | "isFallbackAdapter">): boolean {
  return info.isFallbackAdapter || /swiftshader|llvmpipe|softpipe|basic render/i.test(`${info.architecture} ${info.description}`);
}

export function describeAdapter(adapter: AdapterFound | null): string {
  return adapter?.name ?? "unknown WebGPU adapter";
}
