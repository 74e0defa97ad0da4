/** Runs side by side, one thread each. */
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
  const threads = Array.from({ length: Math.min(options.threads, runs.length) }, () => drain(waiting, options));
  await Promise.all(threads);
}

/** Takes runs from the list until it is empty. */
async function drain<Settings, Result>(waiting: Settings[], options: PoolOptions<Settings, Result>): Promise<void> {
  const worker = new Worker(new URL("startThread.mjs", import.meta.url), {
    workerData: { ...options.workerData, entry: options.entry.href },
  });
  try {
    for (let settings = waiting.shift(); settings; settings = waiting.shift()) await runOn(worker, settings, options);
  } finally {
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
