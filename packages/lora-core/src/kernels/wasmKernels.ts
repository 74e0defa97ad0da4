/** Own kernels for wasm, ready once the backend has started; without SIMD there are none and TF.js' ops compute. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { instantiateKernels, type KernelFunctions } from "./kernelModule.ts";
import { allocate, free, wasmBackend, wasmMemory } from "./wasmHeap.ts";

interface Prepared {
  readonly functions: KernelFunctions;
  /** Room between calls of kernels: nothing in it is kept. */
  scratch: { pointer: number; bytes: number };
}

/** By backend, because a backend that was removed and started again has another memory. */
const preparedOn = new WeakMap<BackendWasm, Prepared>();

/** To be called once wasm is the current backend. */
export async function prepareWasmKernels(): Promise<void> {
  const backend = wasmBackend();
  if (preparedOn.has(backend)) return;
  const functions = await instantiateKernels(wasmMemory());
  if (functions) preparedOn.set(backend, { functions, scratch: { pointer: 0, bytes: 0 } });
}

/** Whether the current backend, which is wasm, has own kernels. */
export function hasWasmKernels(): boolean {
  return preparedOn.has(wasmBackend());
}

/** @throws {TypeError} when {@link hasWasmKernels} is false. */
export function wasmKernels(): KernelFunctions {
  return prepared().functions;
}

/** At least this many bytes until the next call. */
export function scratchOf(bytes: number): number {
  const current = prepared();
  if (bytes > current.scratch.bytes) {
    if (current.scratch.pointer) free(current.scratch.pointer);
    current.scratch = { pointer: allocate(bytes), bytes };
  }
  return current.scratch.pointer;
}

function prepared(): Prepared {
  const found = preparedOn.get(wasmBackend());
  if (!found) throw new TypeError("The wasm kernels are not prepared; start the backend with selectBackend");
  return found;
}
