/** Runs side by side, one thread each. */
import { Worker } from "node:worker_threads";
import type { RunResult, RunSettings } from "./runs.ts";
import type { ThreadMessage } from "./runThread.ts";

export interface PoolOptions {
  readonly threads: number;
  /** Folder of the data sets. */
  readonly data: string;
  readonly onProgress: (settings: RunSettings, share: number) => void;
  readonly onDone: (result: RunResult) => void;
  /** A run that failed; the others go on. */
  readonly onFailed: (settings: RunSettings, reason: string) => void;
}

/** Resolves when every run has ended. */
export async function runAll(runs: readonly RunSettings[], options: PoolOptions): Promise<void> {
  const waiting = [...runs];
  const threads = Array.from({ length: Math.min(options.threads, runs.length) }, () => drain(waiting, options));
  await Promise.all(threads);
}

/** Takes runs from the list until it is empty. */
async function drain(waiting: RunSettings[], options: PoolOptions): Promise<void> {
  const worker = new Worker(new URL("startThread.mjs", import.meta.url), {
    workerData: { data: options.data },
  });
  try {
    for (let settings = waiting.shift(); settings; settings = waiting.shift()) await runOn(worker, settings, options);
  } finally {
    await worker.terminate();
  }
}

function runOn(worker: Worker, settings: RunSettings, { onProgress, onDone, onFailed }: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      worker.off("message", listen);
      worker.off("error", reject);
      finish();
      resolve();
    };
    const listen = (message: ThreadMessage) => {
      if (message.kind === "progress") onProgress(settings, message.share);
      else if (message.kind === "done") end(() => onDone(message.result));
      else end(() => onFailed(settings, message.reason));
    };
    worker.on("message", listen);
    worker.on("error", reject);
    worker.postMessage(settings);
  });
}
