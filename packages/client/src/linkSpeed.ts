/** How fast a device's link to its coordinator is, by the end of a file of the base. */
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { addressOf } from "@duet/lora-core/protocol/modelAddress";

const PROBE_BYTES = 256 * 1024;

/**
 * Bytes a second of what comes; what goes is not measured, and seldom faster. Null where the base comes from elsewhere, or the file cannot be had.
 * `baseUrl` ends in a slash; `now` in ms.
 */
export async function linkSpeed(model: BaseModel, baseUrl: string, now: () => number): Promise<number | null> {
  const largest = model.files.toSorted((a, b) => b.bytes - a.bytes)[0];
  const address = model.source.kind === "coordinator" && largest ? addressOf(model, largest, baseUrl, "") : null;
  if (!largest || address === null) return null;
  const start = Math.max(1, largest.bytes - PROBE_BYTES);
  const began = now();
  try {
    const response = await fetch(address, { cache: "no-store", headers: { range: `bytes=${start}-` } });
    if (response.status !== 206) {
      await response.body?.cancel();
      return null;
    }
    const { byteLength } = await response.arrayBuffer();
    return (byteLength / Math.max(1, now() - began)) * 1000;
  } catch {
    return null;
  }
}
