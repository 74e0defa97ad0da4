import { createSha256 } from "@duet/lora-core/checkpoints/sha256";
import { random } from "@duet/lora-core/tensors/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { fetchCached, isInCache, keepInCache } from "./weightCache.ts";

const uniform = random(5, "weights");
const weights = Uint8Array.from({ length: 300_000 }, () => Math.floor(256 * uniform()));
const sha256 = hashOf(weights);
const file = { sha256, siblings: new Set([sha256]) };

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
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
  });

  it("are downloaded once by tabs that ask at the same time", async () => {
    const { calls, download } = counted();
    const tabs = await Promise.all([1, 2, 3].map(() => fetchCached(file, download)));
    for (const tab of tabs) expect(tab).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
  });

  it("are downloaded again where the entry is damaged, which mends it", async () => {
    const cache = await caches.open("duet-weights");
    await cache.put(entry, new Response(weights.slice(0, 1000)));
    const { calls, download } = counted();
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(1);
  });

  it("let a failed download fail, and keep nothing", async () => {
    const failing = () => Promise.reject(new Error("broke off"));
    await expect(fetchCached(file, failing)).rejects.toThrow("broke off");
    const { calls, download } = counted();
    await fetchCached(file, download);
    expect(calls.count).toBe(1);
  });

  it("are used without being kept when the browser has no room for them", async () => {
    await limitStorage(10_000);
    const { calls, download } = counted();
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: false });
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: false });
    expect(calls.count).toBe(2);
  });

  it("push out those of another model when there is room for one only", async () => {
    const other = weights.map((byte) => byte ^ 1);
    await fetchCached({ sha256: hashOf(other), siblings: new Set([hashOf(other)]) }, counted(other).download);
    const { usage = 0 } = await navigator.storage.estimate();
    await limitStorage(usage + 100_000);
    const { calls, download } = counted();
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    await fetchCached(file, download);
    expect(calls.count).toBe(1);
    expect(await (await caches.open("duet-weights")).keys()).toHaveLength(1);
  });

  it("do not push out files of the same model", async () => {
    const shard = weights.map((byte) => byte ^ 2);
    const siblings = new Set([sha256, hashOf(shard)]);
    await fetchCached({ sha256: hashOf(shard), siblings }, counted(shard).download);
    const { usage = 0 } = await navigator.storage.estimate();
    await limitStorage(usage + 100_000);
    expect(await fetchCached({ sha256, siblings }, counted().download)).toEqual({ bytes: weights, kept: false });
    expect([await isInCache(hashOf(shard)), await isInCache(sha256)]).toEqual([true, false]);
  });

  it("can be put there from a file at hand", async () => {
    expect(await isInCache(sha256)).toBe(false);
    expect(await keepInCache(file, new Blob([weights]))).toBe(true);
    expect(await keepInCache(file, new Blob([]))).toBe(true);
    const { calls, download } = counted();
    expect(await fetchCached(file, download)).toEqual({ bytes: weights, kept: true });
    expect(calls.count).toBe(0);
  });
});
