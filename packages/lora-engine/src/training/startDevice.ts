/** Starts the backend of a thread, and on a GPU what its kernels have there. */
import { workError } from "@duet/lora-core/errors/workError";
import { DEVICE_SENTENCES, type DeviceSaying } from "@duet/lora-core/protocol/deviceSentences";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { say } from "@duet/lora-core/sayings/saying";
import { type BackendOptions, selectBackend } from "../backends/selectBackend.ts";
import { hasHalves } from "../ops/webgpu/halves.ts";
import { chooseTiles, type TileMemory } from "../ops/webgpu/measureTiles.ts";
import { webgpuBackend } from "../ops/webgpu/webgpuBackend.ts";
import { hasSubgroups } from "../ops/webgpu/wgsl.ts";
import { gradientDifference, MOST_DIFFERENCE } from "./gradientCheck.ts";

export interface DeviceOptions extends BackendOptions {
  /** What keeps the tiles of products that are measured on a WebGPU device; without it none are, and they are the usual ones. */
  readonly tiles?: TileMemory;
}

/**
 * As selectBackend does, and only a backend whose gradients are those of the processor in float64: a GPU that computes something else gives way to
 * WebAssembly. The reason says how far they agree, and of a GPU which of its features are used.
 * @throws {Error} as selectBackend does; {DuetError} BACKEND_MISSING where there is none to give way to.
 */
export async function startDevice({ tiles, ...options }: DeviceOptions): Promise<Device> {
  const started = await selectBackend(options);
  const apart = await gradientDifference();
  if (apart <= MOST_DIFFERENCE) return withReason(await described(started, tiles), ["gradientsAgree", inMillion(apart)]);
  if (options.forced !== null || started.backend !== "webgpu")
    throw workError("BACKEND_MISSING", ["otherGradients", started.backend]);
  const instead = await startDevice({ ...options, forced: "wasm" });
  const why: DeviceSaying = ["otherGradients", started.description];
  const reason = `${say(DEVICE_SENTENCES, why)} ${instead.reason}`.slice(0, 300);
  return { ...instead, reason, told: [why, ...(instead.told ?? [])] };
}

/** At least one. */
const inMillion = (share: number): number => Math.max(1, Math.ceil(1e6 * share));

function withReason(device: Device, ...more: readonly DeviceSaying[]): Device {
  const said = more.map((saying) => say(DEVICE_SENTENCES, saying)).join(" ");
  return { ...device, reason: `${device.reason} ${said}`.slice(0, 300), told: [...(device.told ?? []), ...more] };
}

async function described(started: Device, tiles: TileMemory | undefined): Promise<Device> {
  if (started.backend !== "webgpu") return started;
  const { device } = webgpuBackend();
  const features: DeviceSaying = [hasSubgroups(device) ? "subgroups" : "noSubgroups", hasHalves(device) ? 16 : 32];
  return withReason(started, features, ...(tiles ? [await tilesOf(started.description, tiles)] : []));
}

async function tilesOf(adapter: string, memory: TileMemory): Promise<DeviceSaying> {
  const { rows, origin } = await chooseTiles(adapter, memory);
  return ["tiles", rows.small, rows.large, origin];
}
