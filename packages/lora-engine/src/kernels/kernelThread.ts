/** A worker that runs kernels for another thread, in that one's memory; see kernelThreads.ts. */
import { CallQueue } from "./callQueue.ts";
import { instanceOf } from "./kernelModule.ts";
import type { ThreadStart } from "./kernelThreads.ts";

self.onmessage = ({ data: { module, memory, queue, thread } }: MessageEvent<ThreadStart>) => {
  const functions = instanceOf(module, memory);
  self.postMessage("ready");
  new CallQueue(queue, functions).serve(thread);
};
