/** How fast a device's link to its coordinator is, by the end of a file of the base. */
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { addressOf } from "@duet/lora-core/protocol/modelAddress";

const PROBE_BYTES = 256 * 1024;
/** A link that is slower than this takes long enough to be known by what has come. */
const LONGEST_MS = 5_000;

/**
 * Bytes a second of what comes; what goes is not measured, and seldom faster. Null where the base comes from elsewhere, or nothing of the file can be had.
 * `baseUrl` ends in a slash; `now` in ms.
 */
export async function linkSpeed(
  model: BaseModel,
  baseUrl: string,
  now: () => number,
  longestMs: number = LONGEST_MS,
): Promise<number | null> {
  const largest = model.files.toSorted((a, b) => b.bytes - a.bytes)[0];
  const address = model.source.kind === "coordinator" && largest ? addressOf(model, largest, baseUrl, "") : null;
  if (!largest || address === null) return null;
  const headers = { range: `bytes=${Math.max(1, largest.bytes - PROBE_BYTES)}-` };
  const began = now();
  let bytes = 0;
  try {
    const { status, body } = await fetch(address, { cache: "no-store", headers, signal: AbortSignal.timeout(longestMs) });
    if (status !== 206 || !body) {
      await body?.cancel();
      return null;
    }
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.byteLength;
  } catch {
    // What came until the time was over, or the link broke, says how fast it was.
  }
  return bytes === 0 ? null : (bytes / Math.max(1, now() - began)) * 1000;
}
