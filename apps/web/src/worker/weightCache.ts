/**
 * Weights of base models, kept once per browser under their SHA-256 and shared by its tabs (Cache Storage). Where the browser
 * has no such storage (a page over plain HTTP) or no room, downloads go on without it.
 */
import type { DownloadOptions } from "@duet/lora-core/checkpoints/resumableDownload";
import { createSha256 } from "@duet/lora-core/checkpoints/sha256";

const CACHE_NAME = "duet-weights";

export interface FetchedWeights {
  readonly bytes: Uint8Array;
  /** False when this browser could not keep them: the next tab downloads them again. */
  readonly kept: boolean;
}

type Download = (url: string, options: DownloadOptions) => Promise<Uint8Array>;

/**
 * The weights from the cache, or from `download` and then kept. Of tabs that ask at the same time one downloads and the
 * others wait for it. What comes out of the cache is hashed again; a damaged entry is replaced.
 * @throws what `download` throws.
 */
export async function fetchCached(
  url: string,
  sha256: string,
  options: DownloadOptions,
  download: Download,
): Promise<FetchedWeights> {
  const cache = await openCache();
  if (!cache) return { bytes: await download(url, options), kept: false };
  return navigator.locks.request(`${CACHE_NAME}/${sha256}`, async () => {
    const key = `/${CACHE_NAME}/${sha256}`;
    const known = await read(cache, key, sha256);
    if (known) {
      options.onProgress({ receivedBytes: known.byteLength, totalBytes: known.byteLength });
      return { bytes: known, kept: true };
    }
    const bytes = await download(url, options);
    return { bytes, kept: await keep(cache, key, bytes) };
  });
}

/** Null where the browser offers no Cache Storage or no locks to this page. */
async function openCache(): Promise<Cache | null> {
  if (!("caches" in globalThis && "locks" in navigator)) return null;
  return caches.open(CACHE_NAME).catch(() => null);
}

async function read(cache: Cache, key: string, sha256: string): Promise<Uint8Array | null> {
  const buffer = await cache
    .match(key)
    .then((response) => response?.arrayBuffer())
    .catch(() => undefined);
  if (!buffer) return null;
  const bytes = new Uint8Array(buffer);
  const hash = createSha256();
  hash.update(bytes);
  return hash.hex() === sha256 ? bytes : null;
}

/** False when there is no room for it, after making what room there is in this cache. */
async function keep(cache: Cache, key: string, bytes: Uint8Array): Promise<boolean> {
  const put = () =>
    cache.put(key, new Response(new Blob([new Uint8Array(bytes)]))).then(
      () => true,
      () => false,
    );
  if (await put()) return true;
  for (const other of await cache.keys().catch(() => [])) await cache.delete(other).catch(() => false);
  return put();
}
