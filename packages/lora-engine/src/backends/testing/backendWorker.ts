/** A worker that starts wasm with two threads and answers with where it computes and one product. */
import * as tf from "@tensorflow/tfjs";
import { selectBackend } from "../selectBackend.ts";
import { testWasm } from "../testBackend.ts";

const device = await selectBackend({ ...testWasm(), threads: 2, forced: null });
// Large enough that the threads have something to share.
const product = tf.matMul(tf.ones([256, 64]), tf.fill([64, 256], 0.5));
const threaded = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
self.postMessage({ device, threaded, isolated: self.crossOriginIsolated, last: (await product.data()).at(-1) });
