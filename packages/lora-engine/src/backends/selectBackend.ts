/**
 * Which TF.js backend computes here: webgpu on real hardware, else wasm, else cpu. TF.js falls back silently when a backend
 * cannot start, so every choice is checked. Works in a page, in a worker and in Node.
 */

import { workError } from "@duet/lora-core/errors/workError";
import { NODE_NAME } from "@duet/lora-core/protocol/deviceKind";
import { DEVICE_SENTENCES, type DeviceSaying } from "@duet/lora-core/protocol/deviceSentences";
import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import { say } from "@duet/lora-core/sayings/saying";
import * as tf from "@tensorflow/tfjs";
import { configureWasm, startWasmKernels, type WasmOptions } from "./wasmBackend.ts";
import { describeAdapter, findAdapter } from "./webgpuAdapter.ts";
import { registerWebgpu, type WebgpuOptions } from "./webgpuDevice.ts";

export interface BackendOptions extends WasmOptions {
  /** Takes exactly this backend, a software WebGPU adapter included; null chooses. */
  readonly forced: BackendName | null;
  /** How WebGPU starts, where it does. */
  readonly webgpu?: WebgpuOptions;
}

/** Starts the backend and says where and why. @throws {Error} when the forced backend is not there, or none starts. */
export async function selectBackend(options: BackendOptions): Promise<Device> {
  if (options.forced) return start(options.forced, [["forced"]], options);
  const adapter = await findAdapter();
  if (adapter && !adapter.software) {
    const device = await attempt("webgpu", [["gpu", adapter.name]], options);
    if (device) return device;
  }
  const noGpu: DeviceSaying = adapter ? [adapter.software ? "softwareGpu" : "gpuFailed", adapter.name] : ["noGpu"];
  const wasm = await attempt("wasm", [noGpu], options);
  return wasm ?? start("cpu", [noGpu, ["wasmFailed"]], options);
}

async function attempt(backend: BackendName, reasons: readonly DeviceSaying[], options: BackendOptions): Promise<Device | null> {
  try {
    return await start(backend, reasons, options);
  } catch {
    return null;
  }
}

async function start(backend: BackendName, reasons: readonly DeviceSaying[], options: BackendOptions): Promise<Device> {
  if (backend === "wasm") configureWasm(options);
  if (backend === "webgpu") await registerWebgpu(options.webgpu ?? {});
  const started = await tf.setBackend(backend).catch(() => false);
  if (!started || tf.getBackend() !== backend) throw workError("BACKEND_MISSING", ["backendMissing", backend]);
  const wasm = backend === "wasm" ? await startWasmKernels(options) : null;
  const description = backend === "webgpu" ? adapterName(describeAdapter(await findAdapter())) : runtimeName();
  const told = wasm ? [...reasons, wasm.told] : reasons;
  const reason = told.map((saying) => say(DEVICE_SENTENCES, saying)).join(" ");
  return { backend, threads: wasm?.threads ?? 1, reason: reason.slice(0, 300), told, description: description.slice(0, 200) };
}

/** Node has a navigator from version 21 on, which names it too. */
function runtimeName(): string {
  return typeof navigator === "undefined" ? NODE_NAME : navigator.userAgent;
}

/** A graphics device says nothing of the program that computes on it. */
function adapterName(adapter: string): string {
  return runtimeName().startsWith(NODE_NAME) ? `${NODE_NAME}, ${adapter}` : adapter;
}
