/** Matrices of one width and type, one behind the other on the GPU. */
import * as tf from "@tensorflow/tfjs";
import { bufferOf } from "./compute.ts";
import { webgpuBackend } from "./webgpuBackend.ts";

/** Bit by bit: TF.js' own concat takes int32 numbers through float32, which has no room for packed words. At least one matrix. */
export function stackedRows(matrices: readonly [tf.Tensor2D, ...tf.Tensor2D[]]): tf.Tensor2D {
  const backend = webgpuBackend();
  const [{ dtype, shape }] = matrices;
  const rows = matrices.reduce((sum, matrix) => sum + matrix.shape[0], 0);
  const info = backend.makeTensorInfo([rows, shape[1]], dtype);
  for (const { dataId } of [info, ...matrices]) {
    backend.uploadToGPU(dataId);
    backend.commandQueueOwnedIds.add(dataId);
  }
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  let offset = 0;
  for (const matrix of matrices) {
    const bytes = matrix.size * Uint32Array.BYTES_PER_ELEMENT;
    backend.commandEncoder?.copyBufferToBuffer(bufferOf(backend, matrix), 0, bufferOf(backend, info), offset, bytes);
    offset += bytes;
  }
  return tf.engine().makeTensorFromTensorInfo(info, backend) as tf.Tensor2D;
}
