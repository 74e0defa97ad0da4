/** The benchmark in a browser: one worker per contest, as in the app. `tools/bench` drives it and reads `window.duetBench`. */
import type { BackendName } from "../../src/protocol/metrics.ts";
import type { Measured } from "../measureSteps.ts";
import type { WorkerAnswer } from "./benchWorker.ts";

/** Runs one contest of a backend; `torch` are PyTorch's figures by the names of the contests, or why there are none. */
function run(backend: BackendName, contest: number, torch: Readonly<Record<string, Measured>> | string): Promise<WorkerAnswer> {
  const worker = new Worker(new URL("./benchWorker.ts", import.meta.url), { type: "module" });
  return new Promise<WorkerAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer | string>) => {
      if (typeof data === "string") window.duetNote(data);
      else resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ backend, contest, torch });
  }).finally(() => worker.terminate());
}

declare global {
  interface Window {
    duetBench: typeof run;
    /** Of whoever drives the page. */
    duetNote: (text: string) => void;
  }
}

window.duetBench = run;
