/** Starts the backend of a thread, and on a GPU what its kernels have there. */
import type { Device } from "@duet/lora-core/protocol/metrics";
import { type BackendOptions, selectBackend } from "../backends/selectBackend.ts";
import { hasHalves } from "../ops/webgpu/halves.ts";
import { chooseTiles, type TileMemory, type TileOrigin } from "../ops/webgpu/measureTiles.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { hasSubgroups } from "../ops/webgpu/wgsl.ts";

export interface DeviceOptions extends BackendOptions {
  /** What keeps the tiles of products that are measured on a WebGPU device; without it none are, and they are the usual ones. */
  readonly tiles?: TileMemory;
}

const ORIGINS: Readonly<Record<TileOrigin, string>> = {
  measured: "as measured just now",
  kept: "as measured before",
  usual: "as usual, for want of a measurement in time",
};

/** As selectBackend does; of a GPU the reason also says which of its features are used. @throws {Error} as selectBackend does. */
export async function startDevice({ tiles, ...options }: DeviceOptions): Promise<Device> {
  const started = await selectBackend(options);
  if (started.backend !== "webgpu") return started;
  const { device } = webgpuBackend();
  const features = `${hasSubgroups(device) ? "Subgroups" : "No subgroups"}, products in float${hasHalves(device) ? 16 : 32}.`;
  const words = tiles ? `${features} ${await tilesInWords(started.description, tiles)}` : features;
  return { ...started, reason: `${started.reason} ${words}`.slice(0, 300) };
}

async function tilesInWords(adapter: string, memory: TileMemory): Promise<string> {
  const { rows, origin } = await chooseTiles(adapter, memory);
  return `Tiles of ${rows.small} and ${rows.large} rows, ${ORIGINS[origin]}.`;
}
