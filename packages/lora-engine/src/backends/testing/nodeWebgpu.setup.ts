/** Lets tests of the browser's project run in Node on a real GPU: its WebGPU, and a fetch that reads files, as Vite's server does. */
import { readFile } from "node:fs/promises";
import { afterAll } from "vitest";
import { startNodeWebgpu } from "../nodeWebgpu.ts";

const stop = await startNodeWebgpu();
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  return url.startsWith("file:") ? new Response(await readFile(new URL(url))) : fetch(input, init);
};

afterAll(stop);
