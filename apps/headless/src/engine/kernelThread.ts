/** A thread that runs kernels for another one, in that one's memory: kernelThread.ts of lora-engine for Node. */
import { parentPort, workerData } from "node:worker_threads";
import { CallQueue } from "@duet/lora-engine/kernels/callQueue";
import { instanceOf } from "@duet/lora-engine/kernels/kernelModule";
import type { ThreadStart } from "@duet/lora-engine/kernels/kernelThreads";

// What nodeWasm.ts starts it with.
const { module, memory, queue, thread } = workerData as ThreadStart;
const functions = instanceOf(module, memory);
parentPort?.postMessage("ready");
new CallQueue(queue, functions).serve(thread);
