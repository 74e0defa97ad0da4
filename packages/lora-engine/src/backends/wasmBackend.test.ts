import { afterEach, expect, test, vi } from "vitest";
import { selectBackend } from "./selectBackend.ts";
import { testWasm } from "./testBackend.ts";
import { startWasmKernels } from "./wasmBackend.ts";

const workers = {
  start: () => ({ ready: Promise.reject(new Error("There is no worker")), terminate: () => {} }),
  cores: 4,
};
const options = { ...testWasm(), threads: 3, workers };
const memory = globalThis.SharedArrayBuffer;

afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.SharedArrayBuffer = memory;
});

test("one thread goes on where the others do not start, and says so", async () => {
  const device = await selectBackend({ ...options, forced: "wasm" });
  expect(device).toMatchObject({
    threads: 1,
    reason: "It was asked for. WebAssembly with one thread, because the others did not start.",
    told: [["forced"], ["threadsFailed"]],
  });
});

test("a page that is not isolated says so", async () => {
  vi.stubGlobal("crossOriginIsolated", false);
  expect(await startWasmKernels(options)).toEqual({
    threads: 1,
    told: ["notIsolated"],
  });
});

test("a browser that shares no memory although it isolates the page, as WebKitGTK does, says so", async () => {
  vi.stubGlobal("crossOriginIsolated", true);
  Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
  expect(await startWasmKernels(options)).toEqual({
    threads: 1,
    told: ["memoryUnshared"],
  });
});
