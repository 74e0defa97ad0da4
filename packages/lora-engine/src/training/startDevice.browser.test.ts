import { expect, test } from "vitest";
import { testWasm } from "../backends/testBackend.ts";
import type { TileRows } from "../ops/webgpu/tiles.ts";
import { startDevice } from "./startDevice.ts";

test("says of a GPU what its kernels use, and takes its tiles again at the next start", async () => {
  const kept = new Map<string, TileRows>();
  const tiles = {
    read: async (key: string) => kept.get(key),
    write: async (key: string, rows: TileRows) => {
      kept.set(key, rows);
    },
  };
  const options = { ...testWasm(), forced: "webgpu", tiles } as const;
  const first = await startDevice(options);
  expect(first.reason).toMatch(
    /^It was asked for\. Subgroups, products in float32\. Tiles of \d+ and \d+ rows, as (measured just now|usual)/,
  );
  kept.set(`1 ${first.description}`, { small: 8, large: 16 });
  expect((await startDevice(options)).reason).toMatch(
    /Tiles of 8 and 16 rows, as measured before\. Gradients agree to \d+ in a million\.$/,
  );
});

test("says nothing of that on wasm", async () => {
  expect((await startDevice({ ...testWasm(), forced: "wasm" })).reason).toMatch(
    /^It was asked for\. WebAssembly with one thread\. Gradients agree to \d in a million\.$/,
  );
});
