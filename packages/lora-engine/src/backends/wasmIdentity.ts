/**
 * Kernel for wasm: a clone that shares its data, as on every other backend. TF.js' own copies (tfjs 4.22, kernels/Identity.ts), and
 * whatever an op keeps for its gradient is cloned: a training step would hold all of that twice, and a copy of the embeddings.
 */
import * as tf from "@tensorflow/tfjs";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

tf.unregisterKernel("Identity", "wasm");
tf.registerKernel({
  kernelName: "Identity",
  backendName: "wasm",
  kernelFunc({ inputs, backend }) {
    const { x } = inputs;
    if (!x || !(backend instanceof BackendWasm)) throw new TypeError("This kernel needs a tensor on the wasm backend");
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
});
