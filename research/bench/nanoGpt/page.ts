/** GenAI NanoGPT in a browser, in a worker of its own, because it starts a WebGPU of its own. `nanoGptRun.ts` drives it. */
import type { NanoGptAnswer, NanoGptRequest } from "./worker.ts";

function run(request: NanoGptRequest): Promise<NanoGptAnswer> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise<NanoGptAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<NanoGptAnswer>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

declare global {
  interface Window {
    duetNanoGpt: typeof run;
  }
}

window.duetNanoGpt = run;
