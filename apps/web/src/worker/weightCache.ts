/**
 * Files of base models, kept once per browser under their SHA-256 and shared by its tabs (Cache Storage). Where the browser
 * has no such storage (a page over plain HTTP) or no room, everything goes on without it.
 */
import { createSha256 } from "@duet/lora-core/checkpoints/sha256";
import { hashOfBlob } from "./blobHash.ts";

const CACHE_NAME = "duet-weights";

export interface CachedFile {
  readonly sha256: string;
  /** SHA-256 of the files that belong to it: they are not pushed out to make room. */
  readonly siblings: ReadonlySet<string>;
}

export interface FetchedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** False when this browser could not keep it: the next tab needs it again. */
  readonly kept: boolean;
}

/**
 * The file from the cache, or from `obtain` and then kept. Of tabs that ask at the same time one obtains it and the others
 * wait for it. What comes out of the cache is hashed again; a damaged entry is replaced.
 * @throws what `obtain` throws.
 */
export async function fetchCached(file: CachedFile, obtain: () => Promise<Uint8Array<ArrayBuffer>>): Promise<FetchedFile> {
  const cache = await openCache();
  if (!cache) return { bytes: await obtain(), kept: false };
  return navigator.locks.request(`${CACHE_NAME}/${file.sha256}`, async () => {
    const known = await read(cache, file.sha256);
    if (known) return { bytes: known, kept: true };
    const bytes = await obtain();
    return { bytes, kept: await keep(cache, file, new Blob([bytes])) };
  });
}

/**
 * Likewise as a Blob, which the browser has on its disk: of what is kept no copy comes into memory. It is hashed as it lies there.
 * @throws what `obtain` throws.
 */
export async function openCached(file: CachedFile, obtain: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const kept = await (await openCache())?.match(keyOf(file.sha256)).then((response) => response?.blob());
  if (kept && (await hashOfBlob(kept)) === file.sha256) return kept;
  const { bytes } = await fetchCached(file, obtain);
  return new Blob([bytes]);
}

/** Keeps a file that is at hand; its SHA-256 was checked by the caller. False when there is no room. */
export async function keepInCache(file: CachedFile, content: Blob): Promise<boolean> {
  const cache = await openCache();
  return cache !== null && ((await cache.match(keyOf(file.sha256))) !== undefined || keep(cache, file, content));
}

/** True when the cache has an entry, which may still turn out to be damaged. */
export async function isInCache(sha256: string): Promise<boolean> {
  return (await (await openCache())?.match(keyOf(sha256))) !== undefined;
}

/** Null where the browser offers no Cache Storage or no locks to this page. */
async function openCache(): Promise<Cache | null> {
  if (!("caches" in globalThis && "locks" in navigator)) return null;
  return caches.open(CACHE_NAME).catch(() => null);
}

async function read(cache: Cache, sha256: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const buffer = await cache
    .match(keyOf(sha256))
    .then((response) => response?.arrayBuffer())
    .catch(() => undefined);
  if (!buffer) return null;
  const bytes = new Uint8Array(buffer);
  const hash = createSha256();
  hash.update(bytes);
  return hash.hex() === sha256 ? bytes : null;
}

/** False when there is no room for it, after making what room there is in this cache. */
async function keep(cache: Cache, { sha256, siblings }: CachedFile, content: Blob): Promise<boolean> {
  const put = () =>
    cache.put(keyOf(sha256), new Response(content)).then(
      () => true,
      () => false,
    );
  if (await put()) return true;
  for (const other of await cache.keys().catch(() => [])) {
    const belongs = siblings.has(other.url.slice(other.url.lastIndexOf("/") + 1));
    if (!belongs) await cache.delete(other).catch(() => false);
  }
  return put();
}

const keyOf = (sha256: string) => `/${CACHE_NAME}/${sha256}`;
