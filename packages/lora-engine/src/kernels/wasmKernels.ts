/** Own kernels for wasm, ready once the backend has started; without SIMD there are none and TF.js' ops compute. */
import type { Tensor } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { KernelCalls } from "./callQueue.ts";
import { compileKernels, instanceOf, isShared, type KernelFunctions, type KernelName } from "./kernelModule.ts";
import { type KernelThreads, type StartKernelWorker, startKernelThreads } from "./kernelThreads.ts";
import { sharesOf, type Work } from "./shares.ts";
import { allocate, free, pointerOf, wasmBackend, wasmMemory } from "./wasmHeap.ts";

/** A tensor stands for where its data lies, null for no tensor. */
export type KernelArgument = Tensor | number | boolean | null;

interface Prepared {
  readonly module: WebAssembly.Module;
  readonly functions: KernelFunctions;
  /** Null where the calling thread computes alone. */
  threads: KernelThreads | null;
  /** Room for one call of a kernel: nothing in it is kept. */
  scratch: { pointer: number; bytes: number };
}

/** Told of every kernel that ran, on however many threads, how long it took, ms, and the arguments of its first call. */
export type KernelObserver = (kernel: KernelName, ms: number, args: readonly number[]) => void;
let observer: KernelObserver | null = null;

/** For profiles; null for nobody. */
export function observeKernels(next: KernelObserver | null): void {
  observer = next;
}

function observed<T>(kernel: KernelName, args: readonly number[], run: () => T): T {
  if (!observer) return run();
  const startedAt = performance.now();
  const result = run();
  observer(kernel, performance.now() - startedAt, args);
  return result;
}

/** By backend, because a backend that was removed and started again has another memory. */
const preparedOn = new WeakMap<BackendWasm, Prepared>();

/**
 * To be called once wasm is the current backend, and again to change the number of threads, the calling one included. Returns how many
 * there are: 0 where there are no kernels, 1 where memory is not shared, no worker can be started or they do not start in time.
 */
export async function prepareWasmKernels(threads: number, startWorker: StartKernelWorker | null): Promise<number> {
  const backend = wasmBackend();
  const memory = wasmMemory();
  const found = preparedOn.get(backend) ?? (await prepare(backend, memory));
  if (!found) return 0;
  const count = isShared(memory) && startWorker ? threads : 1;
  if (count !== (found.threads?.count ?? 1)) {
    endThreads(found);
    if (startWorker && count > 1) found.threads = await startKernelThreads({ ...found, memory, count, startWorker });
  }
  return found.threads?.count ?? 1;
}

async function prepare(backend: BackendWasm, memory: WebAssembly.Memory): Promise<Prepared | null> {
  const module = await compileKernels(memory);
  if (!module) return null;
  const functions = instanceOf(module, memory);
  const made: Prepared = { module, functions, threads: null, scratch: { pointer: 0, bytes: 0 } };
  preparedOn.set(backend, made);
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    endThreads(made);
    dispose();
  };
  return made;
}

function endThreads(of: Prepared): void {
  of.threads?.end();
  of.threads = null;
}

/** Whether the current backend, which is wasm, has own kernels. */
export function hasWasmKernels(): boolean {
  return preparedOn.has(wasmBackend());
}

/** Calls a kernel on this thread. Tensors for its results must exist, as the heap may move for them. */
export function runKernel(name: KernelName, ...args: readonly KernelArgument[]): number {
  const { functions } = prepared();
  const numbers = args.map(numberOf);
  return observed(name, numbers, () => functions[name](...numbers));
}

/**
 * Calls a kernel for shares of its work, on all threads. `scratchBytes` more than 0 is room for a call, whose last argument it becomes.
 * @throws {Error} when a thread fails; from then on there is one.
 */
export function runShared(
  name: KernelName,
  { scratchBytes = 0, ...work }: Work & { readonly scratchBytes?: number },
  argumentsOf: (from: number, to: number) => readonly KernelArgument[],
): void {
  const on = prepared();
  const shares = sharesOf(work, on.threads?.count ?? 1);
  const pointer = scratchOf(scratchBytes * (on.threads?.count ?? 1));
  const calls = shares.map(([from, to]) => argumentsOf(from, to).map(numberOf));
  observed(name, calls[0] ?? [], () => runCalls(on, { kernel: name, calls, scratch: { pointer, bytes: scratchBytes } }));
}

function runCalls(on: Prepared, work: KernelCalls): void {
  const { kernel, calls, scratch } = work;
  if (!on.threads || calls.length === 1) {
    for (const args of calls) on.functions[kernel](...args, ...(scratch.bytes ? [scratch.pointer] : []));
    return;
  }
  try {
    on.threads.run(work);
  } catch (error) {
    endThreads(on);
    throw error;
  }
}

/**
 * {@link runShared} by rows of `width` 32-bit values, `cost` for each value. `first` says where a share's rows of a tensor begin, if it has
 * other than `width` values a row with how many; `count` says how many rows they are.
 */
export function runRows(
  name: KernelName,
  { rows, width, cost }: { readonly rows: number; readonly width: number; readonly cost: number },
  argumentsOf: (first: (tensor: Tensor, values?: number) => number, count: number) => readonly KernelArgument[],
): void {
  runShared(name, { items: rows, cost: width * cost }, (from, to) =>
    argumentsOf((tensor, values = width) => pointerOf(tensor) + 4 * from * values, to - from),
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

function numberOf(argument: KernelArgument): number {
  if (argument === null) return 0;
  return typeof argument === "object" ? pointerOf(argument) : Number(argument);
}

function prepared(): Prepared {
  const found = preparedOn.get(wasmBackend());
  if (!found) throw new TypeError("The wasm kernels are not prepared; start the backend with selectBackend");
  return found;
}
