/** Starts the backend of a thread, and on a GPU what its kernels have there. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { type BackendOptions, selectBackend } from "../backends/selectBackend.ts";
import { hasHalves } from "../ops/webgpu/halves.ts";
import { chooseTiles, type TileMemory, type TileOrigin } from "../ops/webgpu/measureTiles.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { hasSubgroups } from "../ops/webgpu/wgsl.ts";
import { gradientDifference, MOST_DIFFERENCE } from "./gradientCheck.ts";

export interface DeviceOptions extends BackendOptions {
  /** What keeps the tiles of products that are measured on a WebGPU device; without it none are, and they are the usual ones. */
  readonly tiles?: TileMemory;
}

const ORIGINS: Readonly<Record<TileOrigin, string>> = {
  measured: "as measured just now",
  kept: "as measured before",
  usual: "as usual, for want of a measurement in time",
};

/**
 * As selectBackend does, and only a backend whose gradients are those of the processor in float64: a GPU that computes something else gives way to
 * WebAssembly. The reason says how far they agree, and of a GPU which of its features are used.
 * @throws {Error} as selectBackend does; {DuetError} BACKEND_MISSING where there is none to give way to.
 */
export async function startDevice({ tiles, ...options }: DeviceOptions): Promise<Device> {
  const started = await selectBackend(options);
  const apart = await gradientDifference();
  if (apart <= MOST_DIFFERENCE)
    return withReason(await described(started, tiles), `Gradients agree to ${inMillion(apart)} in a million.`);
  if (options.forced !== null || started.backend !== "webgpu")
    throw new DuetError(
      "BACKEND_MISSING",
      `The ${started.backend} backend cannot be used here: its gradients are not those of the processor`,
    );
  const instead = await startDevice({ ...options, forced: "wasm" });
  return {
    ...instead,
    reason: `Gradients of the GPU (${started.description}) are not those of the processor. ${instead.reason}`.slice(0, 300),
  };
}

/** At least one. */
const inMillion = (share: number): number => Math.max(1, Math.ceil(1e6 * share));

const withReason = (device: Device, more: string): Device => ({ ...device, reason: `${device.reason} ${more}`.slice(0, 300) });

async function described(started: Device, tiles: TileMemory | undefined): Promise<Device> {
  if (started.backend !== "webgpu") return started;
  const { device } = webgpuBackend();
  const features = `${hasSubgroups(device) ? "Subgroups" : "No subgroups"}, products in float${hasHalves(device) ? 16 : 32}.`;
  const words = tiles ? `${features} ${await tilesInWords(started.description, tiles)}` : features;
  return withReason(started, words);
}

async function tilesInWords(adapter: string, memory: TileMemory): Promise<string> {
  const { rows, origin } = await chooseTiles(adapter, memory);
  return `Tiles of ${rows.small} and ${rows.large} rows, ${ORIGINS[origin]}.`;
}
