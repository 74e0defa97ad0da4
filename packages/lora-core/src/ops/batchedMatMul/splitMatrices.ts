/**
 * Kernel for wasm: [P, M, N] -> P tensors [1, M, N]. TF.js' own slice, split and unstack copy the whole input for every part
 * (tfjs 4.22, kernels/Slice.ts reads the source back), which costs more than the products of attention themselves.
 */
import * as tf from "@tensorflow/tfjs";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

const KERNEL = "DuetSplitMatrices";

tf.registerKernel({
  kernelName: KERNEL,
  backendName: "wasm",
  kernelFunc({ inputs, backend }) {
    const { x } = inputs;
    if (!x || !(backend instanceof BackendWasm)) throw new TypeError(`${KERNEL} needs a tensor on the wasm backend`);
    const [parts = 0, rows = 0, columns = 0] = x.shape;
    const size = rows * columns;
    return Array.from({ length: parts }, (_, part) => {
      const out = backend.makeOutput([1, rows, columns], x.dtype);
      // Views are taken after the allocation, which may move the heap.
      backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(x).subarray(part * size, (part + 1) * size));
      return out;
    });
  },
});

/** The P matrices of x, as copies. On wasm only; no gradient. */
export function splitMatrices(x: tf.Tensor3D): tf.Tensor3D[] {
  return tf.engine().runKernel<tf.Tensor3D[]>(KERNEL, { x });
}
