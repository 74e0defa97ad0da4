/** A thread that runs one federation after the other; a model is loaded anew only where folder or precision change. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { useNodeWasm } from "../runner/nodeWasm.ts";
import { experimentData } from "./experimentData.ts";
import { type OpenModel, openModel } from "./openModel.ts";
import { isReference, referenceRun } from "./references.ts";
import { kernelThreads, type ThreadMessage } from "./runPool.ts";
import { type RunResult, type RunSettings, runSettings } from "./runs.ts";
import { simulate } from "./simulate.ts";

const { data, running } = z.object({ data: z.string(), running: z.instanceof(Int32Array) }).parse(workerData);
const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

const say = (message: ThreadMessage<RunResult>) => port.postMessage(message);
type Wanted = Pick<RunSettings, "model" | "precision">;
let kept: { readonly opened: OpenModel; readonly of: Wanted } | null = null;

/** This base, in place of the one before. */
async function baseOf({ model, precision }: Wanted): Promise<OpenModel> {
  if (kept?.of.model === model && kept.of.precision === precision) return kept.opened;
  kept?.opened.model.dispose();
  kept = null;
  const opened = await openModel(model, precision);
  kept = { opened, of: { model, precision } };
  return opened;
}

port.on("message", async (message: unknown) => {
  try {
    const settings = runSettings.parse(message);
    const { model, ...base } = await baseOf(settings);
    const onProgress = async (share: number) => {
      say({ kind: "progress", share });
      // Threads change no bit, so that a run may get more of them on its way.
      await useNodeWasm(kernelThreads(running));
    };
    await useNodeWasm(kernelThreads(running));
    const run = isReference(settings.method) ? referenceRun : simulate;
    const result = await run({ settings, data: experimentData(data, settings), model, ...base, onProgress });
    say({ kind: "done", result });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
