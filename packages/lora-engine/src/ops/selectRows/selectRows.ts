/** Rows of a matrix by index: y_k = x[indices_k]. Shapes: x [N, D], indices K numbers below N (repeats allowed), y [K, D]. */
import type * as tf from "@tensorflow/tfjs";
import { differentiable } from "../differentiable.ts";
import { chooseKernel } from "../kernelChoice.ts";
import { composedSelectRows } from "./selectRows.composed.ts";
import { wasmSelectRows } from "./selectRows.wasm.ts";
import { webgpuSelectRows } from "./selectRows.webgpu.ts";

/** @throws {RangeError} when an index is not a row of x. */
export function selectRows(x: tf.Tensor2D, indices: readonly number[]): tf.Tensor2D {
  const rows = x.shape[0];
  const outside = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < rows));
  if (outside !== undefined) throw new RangeError(`selectRows: there is no row ${outside} in x [${x.shape}]`);
  const kernel = chooseKernel({ composed: composedSelectRows, wasm: wasmSelectRows, webgpu: webgpuSelectRows });
  return differentiable(
    [x],
    () => ({ value: kernel.forward(x, indices), saved: {} }),
    (dy) => [kernel.backward(dy, indices, rows)],
  );
}
