import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { selectBackend } from "./selectBackend.ts";
import { testWasm } from "./testBackend.ts";
import { isSoftware } from "./webgpuAdapter.ts";

describe("selectBackend in Node", () => {
  test("takes wasm, because there is no WebGPU, with one thread where nobody brings workers, and says so", async () => {
    const device = await selectBackend({ ...testWasm(), forced: null });
    expect(device).toMatchObject({ backend: "wasm", threads: 1 });
    expect(device.reason).toBe("There is no WebGPU adapter. WebAssembly with one thread.");
    expect(tf.getBackend()).toBe("wasm");
  });

  test("takes the backend that was asked for", async () => {
    const device = await selectBackend({ ...testWasm(), forced: "cpu" });
    expect(device).toMatchObject({ backend: "cpu", threads: 1, reason: "It was asked for." });
    expect(tf.getBackend()).toBe("cpu");
  });

  test("refuses a forced backend that is not there, in place of falling back", async () => {
    await expect(selectBackend({ ...testWasm(), forced: "webgpu" })).rejects.toThrow("The webgpu backend cannot start here");
  });
});

describe("isSoftware", () => {
  test.each([
    [true, { architecture: "swiftshader", description: "", isFallbackAdapter: false }],
    [true, { architecture: "", description: "llvmpipe (LLVM 15.0.6, 256 bits)", isFallbackAdapter: false }],
    [true, { architecture: "gen-12lp", description: "", isFallbackAdapter: true }],
    [false, { architecture: "ampere", description: "NVIDIA RTX A2000", isFallbackAdapter: false }],
  ])("is %s for %o", (software, info) => {
    expect(isSoftware(info)).toBe(software);
  });
});
