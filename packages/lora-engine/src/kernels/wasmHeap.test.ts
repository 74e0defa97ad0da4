import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { selectBackend } from "../backends/selectBackend.ts";
import { testWasm } from "../backends/testBackend.ts";
import { allocate, refuseFullMemory, wasmMemory } from "./wasmHeap.ts";

beforeAll(async () => {
  await selectBackend({ ...testWasm(), threads: 1, forced: "wasm" });
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a tensor that finds no room is refused as memory that ran out, and what is in memory stays as it was", async () => {
  // As often as backends start.
  refuseFullMemory();
  const before = tf.tensor1d([1, 2, 3]);
  const low = wasmMemory().buffer.slice(0, 4096);
  vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
    throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
  });
  const tooMany = new Float32Array(wasmMemory().buffer.byteLength / 4).fill(7);
  const full = expect.objectContaining({ code: "OUT_OF_MEMORY" });
  expect(() => tf.tensor1d(tooMany)).toThrow(full);
  expect(() => tf.fill([tooMany.length], 7)).toThrow(full);
  expect(() => allocate(4 * tooMany.length)).toThrow(full);
  expect(new Uint8Array(wasmMemory().buffer.slice(0, 4096))).toEqual(new Uint8Array(low));
  expect([...(await before.add(1).data())]).toEqual([2, 3, 4]);
});
