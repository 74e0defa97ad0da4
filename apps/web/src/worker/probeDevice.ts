/** What this device allows, asked of the browser. */
import { type DeviceLimits, deviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { findAdapter } from "@duet/lora-engine/backends/webgpuAdapter";

/** For the backend that selectBackend would take, or the forced one. */
export async function probeDevice(forced: BackendName | null): Promise<DeviceLimits> {
  const adapter = await findAdapter();
  const backend = forced ?? (adapter && !adapter.software ? "webgpu" : "wasm");
  // Only Chromium has it, and TypeScript does not know it.
  const memory: unknown = Reflect.get(navigator, "deviceMemory");
  return deviceLimits({
    backend,
    memoryGib: typeof memory === "number" ? memory : null,
    buffers: adapter?.buffers ?? null,
  });
}
