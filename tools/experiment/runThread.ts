/** A thread that runs one federation after the other; the model is loaded once. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { selectBackend } from "@duet/lora-core/backends/selectBackend";
import { loadModel } from "@duet/lora-core/models/loadModel";
import { readModelFiles } from "@duet/lora-core/models/readModelFiles";
import { z } from "zod";
import { experimentData } from "./experimentData.ts";
import { type RunResult, runSettings } from "./runs.ts";
import { simulate } from "./simulate.ts";

/** What the thread says of a run. */
export type ThreadMessage =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "done"; readonly result: RunResult }
  | { readonly kind: "failed"; readonly reason: string };

const { model: folder, data } = z.object({ model: z.string(), data: z.string() }).parse(workerData);
const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

const say = (message: ThreadMessage) => port.postMessage(message);
const loaded = load();

port.on("message", async (message: unknown) => {
  try {
    const settings = runSettings.parse(message);
    const { model, defaultTargets } = await loaded;
    const onProgress = (share: number) => say({ kind: "progress", share });
    const result = await simulate({ settings, data: experimentData(data, settings), model, defaultTargets, onProgress });
    say({ kind: "done", result });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});

async function load() {
  const wasmPath = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
  await selectBackend({ forced: "wasm", wasmPath, threads: 1 });
  const files = await readModelFiles(readdirSync(folder), async (name) => readFileSync(`${folder}/${name}`));
  return { model: loadModel(files), defaultTargets: parseArchitecture(files.config).defaultTargets };
}
