/**
 * The parts of TF.js' wasm backend (4.22) that own kernels need: its memory, where tensors lie in it, and room beside them. Some are
 * not in its types, so they are named and checked here, and only here.
 */
import { workError } from "@duet/lora-core/errors/workError";
import * as tf from "@tensorflow/tfjs";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** @throws {TypeError} when the current backend is not TF.js' wasm backend as this file knows it. */
export function wasmBackend(): BackendWasm {
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm)) throw new TypeError(`A wasm kernel was called on the ${tf.getBackend()} backend`);
  return backend;
}

/** Grows when TF.js allocates: views of it are to be taken anew. Shared where wasmBackend.ts takes the binary that says so. */
export function wasmMemory(): WebAssembly.Memory {
  const exported: unknown = Reflect.get(wasmBackend().wasm, "asm");
  const memory: unknown = typeof exported === "object" && exported && "memory" in exported ? exported.memory : null;
  if (!(memory instanceof WebAssembly.Memory))
    throw new TypeError("TF.js' wasm backend has changed: its memory is not where it was");
  return memory;
}

/** Byte offset of a tensor's data. */
export function pointerOf(tensor: tf.Tensor): number {
  return wasmBackend().getMemoryOffset(tensor.dataId);
}

/** Bytes outside of any tensor, until {@link free}. @throws {DuetError} OUT_OF_MEMORY */
export function allocate(bytes: number): number {
  return roomAt(heapFunction("_malloc")(bytes), bytes);
}

/**
 * From now on TF.js' tensors throw OUT_OF_MEMORY where there is no room for them, too. By itself it takes the 0 that malloc answers then for an
 * address, and writes over what lies there. To be called after each start of the backend; further calls change nothing.
 */
export function refuseFullMemory(): void {
  const { wasm } = wasmBackend();
  if (refusing.has(wasm)) return;
  // What the module exports puts another function in its place when it is called first.
  free(allocate(1));
  const malloc = heapFunction("_malloc");
  Reflect.set(wasm, "_malloc", (bytes: number) => roomAt(malloc(bytes), bytes));
  refusing.add(wasm);
}

const refusing = new WeakSet<object>();

function roomAt(pointer: unknown, bytes: number): number {
  if (typeof pointer !== "number" || pointer === 0) throw workError("OUT_OF_MEMORY", ["noRoom", Math.ceil(bytes / 1e6)]);
  return pointer;
}

export function free(pointer: number): void {
  heapFunction("_free")(pointer);
}

function heapFunction(name: "_malloc" | "_free"): (argument: number) => unknown {
  const found: unknown = Reflect.get(wasmBackend().wasm, name);
  if (typeof found !== "function") throw new TypeError(`TF.js' wasm backend has changed: ${name} is not where it was`);
  return (argument) => found(argument);
}

/** A tensor with undefined values, for a kernel to fill. */
export function emptyTensor<Out extends tf.Tensor>(shape: readonly number[], dtype: "float32" | "int32" = "float32"): Out {
  const info = wasmBackend().makeOutput([...shape], dtype);
  // The rank is that of the shape, which the type system cannot see.
  return tf.engine().makeTensorFromTensorInfo(info) as Out;
}
