import { createSha256 } from "@duet/lora-core/checkpoints/sha256";
import { random } from "@duet/lora-core/tensors/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { fetchCached } from "./weightCache.ts";

const uniform = random(5, "weights");
const weights = Uint8Array.from({ length: 300_000 }, () => Math.floor(256 * uniform()));
const sha256 = hashOf(weights);
const options = { sha256, onProgress: () => {} };

function hashOf(bytes: Uint8Array): string {
  const hash = createSha256();
  hash.update(bytes);
  return hash.hex();
}

/** A server's side: the same bytes, counting how often they were asked for. */
function counted(bytes = weights) {
  const calls = { count: 0 };
  const download = async () => {
    calls.count++;
    return bytes.slice();
  };
  return { calls, download };
}

const entry = `/duet-weights/${sha256}`;
const limitStorage = (quotaSize?: number) =>
  cdp().send("Storage.overrideQuotaForOrigin", { origin: location.origin, ...(quotaSize === undefined ? {} : { quotaSize }) });

describe("weights in Cache Storage", () => {
  beforeEach(() => caches.delete("duet-weights"));
  afterEach(() => limitStorage());

  it("are downloaded once, and come back byte for byte", async () => {
    const { calls, download } = counted();
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: true });
    const progress: unknown[] = [];
    const again = await fetchCached("/w", sha256, { sha256, onProgress: (p) => progress.push(p) }, download);
    expect(again).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
    expect(progress).toEqual([{ receivedBytes: 300_000, totalBytes: 300_000 }]);
  });

  it("are downloaded once by tabs that ask at the same time", async () => {
    const { calls, download } = counted();
    const tabs = await Promise.all([1, 2, 3].map(() => fetchCached("/w", sha256, options, download)));
    for (const tab of tabs) expect(tab).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
  });

  it("are downloaded again where the entry is damaged, which mends it", async () => {
    const cache = await caches.open("duet-weights");
    await cache.put(entry, new Response(weights.slice(0, 1000)));
    const { calls, download } = counted();
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: true });
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
  });

  it("let a failed download fail, and keep nothing", async () => {
    const failing = () => Promise.reject(new Error("broke off"));
    await expect(fetchCached("/w", sha256, options, failing)).rejects.toThrow("broke off");
    const { calls, download } = counted();
    await fetchCached("/w", sha256, options, download);
    expect(calls.count).toBe(1);
  });

  it("are used without being kept when the browser has no room for them", async () => {
    await limitStorage(10_000);
    const { calls, download } = counted();
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: false });
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: false });
    expect(calls.count).toBe(2);
  });

  it("push out those of another model when there is room for one only", async () => {
    const other = weights.map((byte) => byte ^ 1);
    await fetchCached("/o", hashOf(other), { ...options, sha256: hashOf(other) }, counted(other).download);
    const { usage = 0 } = await navigator.storage.estimate();
    await limitStorage(usage + 100_000);
    const { calls, download } = counted();
    expect(await fetchCached("/w", sha256, options, download)).toEqual({ bytes: weights, kept: true });
    await fetchCached("/w", sha256, options, download);
    expect(calls.count).toBe(1);
    expect(await (await caches.open("duet-weights")).keys()).toHaveLength(1);
  });
});
