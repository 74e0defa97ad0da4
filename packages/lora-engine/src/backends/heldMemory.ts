/** What computing holds of this device's memory. */
import * as tf from "@tensorflow/tfjs";
import { wasmMemory } from "../kernels/wasmHeap.ts";

/** Bytes of wasm's heap, which never shrinks, or of WebGPU's buffers, with those that wait to be used again; null of a backend that tells neither. */
export function heldMemory(): number | null {
  if (tf.getBackend() === "wasm") return wasmMemory().buffer.byteLength;
  const told: unknown = Reflect.get(tf.memory(), "numBytesAllocatedInGPU");
  return typeof told === "number" ? told : null;
}
