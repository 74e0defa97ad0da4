import { expect, test } from "vitest";
import { withSharedMemory } from "./sharedMemory.mjs";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
/** A custom section of 200 bytes, whose length takes two. */
const LONG = [0, 200, 1, 1, 120, ...new Array<number>(198).fill(5)];
const EXPORT = [7, 5, 1, 1, 109, 2, 0];

/** The memory that such a module exports as m. */
function memoryOf(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Memory {
  const { m } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  if (!(m instanceof WebAssembly.Memory)) throw new Error("There is no memory");
  return m;
}

test("a memory with a maximum becomes shared and is otherwise the same; the original stays as it was", () => {
  const original = Uint8Array.from([...HEADER, ...LONG, 5, 4, 1, 1, 2, 9, ...EXPORT]);
  const { buffer } = memoryOf(withSharedMemory(original));
  expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(buffer.byteLength).toBe(2 * 65_536);
  expect(memoryOf(original).buffer).toBeInstanceOf(ArrayBuffer);
});

test.each([
  ["no memory", [...HEADER, ...LONG]],
  ["a memory without a maximum", [...HEADER, 5, 3, 1, 0, 2, ...EXPORT]],
  ["a memory that is shared already", [...HEADER, 5, 4, 1, 3, 2, 9, ...EXPORT]],
  ["a section that does not end", [...HEADER, 5, 128]],
])("a binary with %s is refused", (_, bytes) => {
  expect(() => withSharedMemory(Uint8Array.from(bytes))).toThrow("TF.js' wasm backend has changed");
});
