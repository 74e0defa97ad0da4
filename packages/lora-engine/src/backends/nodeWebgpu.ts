/**
 * WebGPU in Node: Dawn, which Chromium computes with too, from the npm package `webgpu`. It is an optional peer of this package,
 * because it brings 130 MB for all systems.
 */

import { DuetError } from "@duet/lora-core/errors/duetError";

const PACKAGE: string = "webgpu";

/** What the package exports. */
interface NodeWebgpu {
  readonly create: (options: readonly string[]) => GPU;
  /** GPUBufferUsage, GPUComputePassEncoder and so on. */
  readonly globals: object;
}

/**
 * Makes `navigator.gpu` and the names that come with it, as in a browser, for all of this process. It does not end by itself while
 * they are there: call what this returns.
 * @throws {DuetError} BACKEND_MISSING when the package is not installed or does not load here.
 */
export async function startNodeWebgpu(): Promise<() => void> {
  const { create, globals } = await load();
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; later ones say this of themselves.
  const userAgent = "Node.js";
  if (typeof navigator === "undefined")
    Object.defineProperty(globalThis, "navigator", { value: { userAgent }, configurable: true });
  Object.defineProperty(navigator, "gpu", { value: create([]), configurable: true });
  return () => {
    Reflect.deleteProperty(navigator, "gpu");
  };
}

async function load(): Promise<NodeWebgpu> {
  try {
    return await import(/* @vite-ignore */ PACKAGE);
  } catch (cause) {
    const reason = cause instanceof Error ? ` (${cause.message.split("\n")[0]})` : "";
    throw new DuetError("BACKEND_MISSING", `There is no WebGPU in Node${reason}`, { cause });
  }
}
