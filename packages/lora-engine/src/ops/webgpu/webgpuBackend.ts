/**
 * The parts of TF.js' WebGPU backend (4.22, backend_webgpu.js) that own kernels need. Several are private there, so they are
 * named and checked here, and only here. The package itself is not imported: it registers a backend wherever it is loaded.
 */
import * as tf from "@tensorflow/tfjs";

/** What TF.js keeps of a tensor. */
interface TensorData {
  /** Null until uploaded. */
  readonly resource?: GPUBuffer | null;
  /** What was read of it, kept for the next time. */
  values?: unknown;
}

export interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
  /** Commands that are recorded and not yet submitted. */
  readonly commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Tensors that the recorded commands use: freed only after the commands are submitted. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  /** Freed with the next submission. */
  readonly uniformPendingDisposal: GPUBuffer[];
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** The current backend. @throws {TypeError} when it is not TF.js' WebGPU backend as this file knows it. */
export function webgpuBackend(): WebgpuBackend & tf.KernelBackend {
  const backend = tf.backend();
  if (!isWebgpuBackend(backend)) {
    throw new TypeError(`A WebGPU kernel was called on the ${tf.getBackend()} backend, or TF.js' WebGPU backend has changed`);
  }
  return backend;
}

const MEMBERS = ["device", "queue", "tensorMap", "bufferManager", "commandQueueOwnedIds", "uniformPendingDisposal"];
const METHODS = ["makeTensorInfo", "uploadToGPU", "ensureCommandEncoderReady", "endComputePassEncoder", "submitQueue"];

function isWebgpuBackend(backend: tf.KernelBackend): backend is WebgpuBackend & tf.KernelBackend {
  return (
    tf.getBackend() === "webgpu" &&
    "dispatchCountInPass" in backend &&
    MEMBERS.every((name) => typeof Reflect.get(backend, name) === "object") &&
    METHODS.every((name) => typeof Reflect.get(backend, name) === "function")
  );
}
