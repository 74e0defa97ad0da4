/** A worker that starts wasm with two threads of its page, and answers with where it computes and one value. */
import * as tf from "@tensorflow/tfjs";
import { isShared } from "../../kernels/kernelModule.ts";
import { wasmMemory } from "../../kernels/wasmHeap.ts";
import { threadsOfPage } from "../../kernels/webThreads.ts";
import { gelu } from "../../ops/gelu/gelu.ts";
import { selectBackend } from "../selectBackend.ts";
import { testWasm } from "../testBackend.ts";

self.onmessage = async ({ data: port }: MessageEvent<MessagePort>) => {
  const workers = { start: threadsOfPage(port), cores: 2 };
  const device = await selectBackend({ ...testWasm(), workers, threads: 2, forced: null });
  // Large enough that the threads have something to share.
  const values = await gelu(tf.ones([512, 128])).data();
  self.postMessage({ device, shared: isShared(wasmMemory()), isolated: self.crossOriginIsolated, last: values.at(-1) });
};
