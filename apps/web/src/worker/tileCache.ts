/** The tiles that were measured on this browser's GPU (Cache Storage). Where there is no such storage, every start measures. */
import type { TileMemory } from "@duet/lora-engine/ops/webgpu/measureTiles";

const CACHE_NAME = "duet-tiles";

const addressOf = (key: string) => `/${CACHE_NAME}/${encodeURIComponent(key)}`;

export const tileCache: TileMemory = {
  async read(key) {
    return (await (await caches.open(CACHE_NAME)).match(addressOf(key)))?.json();
  },
  async write(key, value) {
    await (await caches.open(CACHE_NAME)).put(addressOf(key), Response.json(value));
  },
};
