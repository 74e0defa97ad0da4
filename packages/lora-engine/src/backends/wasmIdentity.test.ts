import * as tf from "@tensorflow/tfjs";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { expect, test } from "vitest";
import { useBackend } from "./testBackend.ts";

test("a clone on wasm shares its data, and outlives the tensor it was made of", async () => {
  await useBackend("wasm");
  const backend = tf.backend();
  if (!(backend instanceof BackendWasm)) throw new Error("not the wasm backend");
  const original = tf.tensor1d([1.5, -2.25]);
  const copy = tf.clone(original);
  expect(backend.refCount(original.dataId)).toBe(2);
  original.dispose();
  const doubled = tf.mul(copy, 2);
  expect([...(await copy.data()), ...(await doubled.data())]).toEqual([1.5, -2.25, 3, -4.5]);
  const { dataId } = copy;
  tf.dispose([copy, doubled]);
  expect(backend.refCount(dataId)).toBe(0);
});
