/** Workers that run kernels together with the thread that starts them. They need shared memory, as in an isolated page. */
import { CallQueue, type KernelCalls, QUEUE_BYTES } from "./callQueue.ts";
import type { KernelFunctions } from "./kernelModule.ts";

/** What a worker is sent. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly queue: SharedArrayBuffer;
  /** From 1 on. */
  readonly thread: number;
}

export interface KernelThreads {
  /** The one that calls `run` included. */
  readonly count: number;
  /** @throws {Error} as CallQueue.run. */
  readonly run: (calls: KernelCalls) => void;
  readonly end: () => void;
}

/** A page that is busy starts its workers late, and one that cannot start them must not wait for ever. */
const START_MS = 10_000;

export interface ThreadOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Of the calling thread. */
  readonly functions: KernelFunctions;
  /** At least 2, the calling thread included. */
  readonly count: number;
}

/** Null where workers do not start in time. */
export async function startKernelThreads({ module, memory, functions, count }: ThreadOptions): Promise<KernelThreads | null> {
  const shared = new SharedArrayBuffer(QUEUE_BYTES);
  const queue = new CallQueue(shared, functions);
  const workers: Worker[] = [];
  const end = () => {
    for (const worker of workers) worker.terminate();
  };
  try {
    for (let thread = 1; thread < count; thread++) {
      const worker = new Worker(new URL("./kernelThread.ts", import.meta.url), { type: "module" });
      workers.push(worker);
      worker.postMessage({ module, memory, queue: shared, thread } satisfies ThreadStart);
    }
    await Promise.all(workers.map(ready));
  } catch {
    end();
    return null;
  }
  return { count, run: (calls) => queue.run(calls), end };
}

/** A worker's first message says that it is about to serve. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The worker did not start in time")), START_MS);
    worker.onmessage = () => resolve(clearTimeout(timer));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`The worker did not start: ${event.message}`));
    };
  });
}
