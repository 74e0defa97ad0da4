/** The benchmark in a browser: one worker per contest, as in the app. `research/bench` drives it and reads `window.duetBench`. */
import { servePageThreads } from "../../src/kernels/webThreads.ts";
import type { WorkerAnswer, WorkerRequest } from "./benchWorker.ts";

/** Runs one contest of a backend. */
function run(request: Omit<WorkerRequest, "threads">): Promise<WorkerAnswer> {
  const { port1, port2 } = new MessageChannel();
  const endThreads = servePageThreads(port1);
  const worker = new Worker(new URL("./benchWorker.ts", import.meta.url), { type: "module" });
  return new Promise<WorkerAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer | string>) => {
      if (typeof data === "string") window.duetNote(data);
      else resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ ...request, threads: port2 } satisfies WorkerRequest, [port2]);
  }).finally(() => {
    worker.terminate();
    endThreads();
  });
}

declare global {
  interface Window {
    duetBench: typeof run;
    /** Of whoever drives the page. */
    duetNote: (text: string) => void;
  }
}

window.duetBench = run;
