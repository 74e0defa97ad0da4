/** Own kernels for wasm, ready once the backend has started; without SIMD there are none and TF.js' ops compute. */
import type { Tensor } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { instantiateKernels, type KernelFunctions, type KernelName } from "./kernelModule.ts";
import { allocate, free, pointerOf, wasmBackend, wasmMemory } from "./wasmHeap.ts";

interface Prepared {
  readonly functions: KernelFunctions;
  /** Room for one call of a kernel: nothing in it is kept. */
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

/** Calls a kernel; a tensor stands for where its data lies, null for no tensor. Outputs must exist, as the heap may move for them. */
export function runKernel(name: KernelName, ...args: readonly (Tensor | number | boolean | null)[]): number {
  return prepared().functions[name](
    ...args.map((argument) => (typeof argument === "object" ? pointerIn(argument) : Number(argument))),
  );
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

function pointerIn(tensor: Tensor | null): number {
  return tensor ? pointerOf(tensor) : 0;
}

function prepared(): Prepared {
  const found = preparedOn.get(wasmBackend());
  if (!found) throw new TypeError("The wasm kernels are not prepared; start the backend with selectBackend");
  return found;
}
