/** Runs side by side, each in a thread; what the machine has more of cores they share as threads of their kernels. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** What a thread says of a run. */
export type ThreadMessage<Result> =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "failed"; readonly reason: string };

export interface PoolOptions<Settings, Result> {
  readonly threads: number;
  /** The file that a thread runs: it takes settings as messages and answers each with one that ends the run. */
  readonly entry: URL;
  /** What a thread is told as it starts. */
  readonly workerData: object;
  readonly onProgress: (settings: Settings, share: number) => void;
  readonly onDone: (result: Result) => void;
  /** A run that failed; the others go on. */
  readonly onFailed: (settings: Settings, reason: string) => void;
}

/** Resolves when every run has ended. */
export async function runAll<Settings, Result>(runs: readonly Settings[], options: PoolOptions<Settings, Result>): Promise<void> {
  const waiting = [...runs];
  const count = Math.min(options.threads, runs.length);
  const running = new Int32Array(new SharedArrayBuffer(4)).fill(count);
  await Promise.all(Array.from({ length: count }, () => drain(waiting, running, options)));
}

/** How many threads the kernels of one of the `running` may have: a core each. It grows when runs end and none is left to begin. */
export function kernelThreads(running: Int32Array): number {
  return Math.max(1, Math.floor(availableParallelism() / Atomics.load(running, 0)));
}

/** Takes runs from the list until it is empty. `running` is how many of these there are. */
async function drain<Settings, Result>(
  waiting: Settings[],
  running: Int32Array,
  options: PoolOptions<Settings, Result>,
): Promise<void> {
  const worker = new Worker(new URL("../runner/startThread.mjs", import.meta.url), {
    workerData: { ...options.workerData, running, entry: options.entry.href },
  });
  try {
    for (let settings = waiting.shift(); settings; settings = waiting.shift()) await runOn(worker, settings, options);
  } finally {
    Atomics.sub(running, 0, 1);
    await worker.terminate();
  }
}

function runOn<Settings, Result>(
  worker: Worker,
  settings: Settings,
  { onProgress, onDone, onFailed }: PoolOptions<Settings, Result>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      worker.off("message", listen);
      worker.off("error", reject);
      finish();
      resolve();
    };
    const listen = (message: ThreadMessage<Result>) => {
      if (message.kind === "progress") onProgress(settings, message.share);
      else if (message.kind === "done") end(() => onDone(message.result));
      else end(() => onFailed(settings, message.reason));
    };
    worker.on("message", listen);
    worker.on("error", reject);
    worker.postMessage(settings);
  });
}
