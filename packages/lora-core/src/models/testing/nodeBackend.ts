/** TF.js backends in Node, for tests. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** Makes a backend the current one. @throws {Error} when TF.js chose another. */
export async function useBackend(name: "cpu" | "wasm"): Promise<void> {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend(name);
  await tf.ready();
  if (tf.getBackend() !== name) throw new Error(`The backend is ${tf.getBackend()}, not ${name}`);
}
