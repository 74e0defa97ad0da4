/** Workers that run kernels together with the thread that starts them. They need shared memory, as in an isolated page or in Node. */
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

/** A worker that serves the queue it was sent, on kernelThread.ts or on what does the same in another runtime. */
export interface KernelWorker {
  /** Resolves once it is about to serve. */
  readonly ready: Promise<void>;
  readonly terminate: () => void;
}

export type StartKernelWorker = (start: ThreadStart) => KernelWorker;

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
  readonly startWorker: StartKernelWorker;
}

/** One after the other, so that a busy page is asked for no burst of workers. Null where one does not start in time. */
export async function startKernelThreads({
  module,
  memory,
  functions,
  count,
  startWorker,
}: ThreadOptions): Promise<KernelThreads | null> {
  const shared = new SharedArrayBuffer(QUEUE_BYTES);
  const queue = new CallQueue(shared, functions);
  const workers: KernelWorker[] = [];
  const end = () => {
    for (const worker of workers) worker.terminate();
  };
  try {
    for (let thread = 1; thread < count; thread++) {
      const worker = startWorker({ module, memory, queue: shared, thread });
      workers.push(worker);
      await inTime(worker);
    }
  } catch {
    end();
    return null;
  }
  return { count, run: (calls) => queue.run(calls), end };
}

/** @throws {Error} when it does not serve in time. */
function inTime({ ready }: KernelWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The worker did not start in time")), START_MS);
    ready.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
