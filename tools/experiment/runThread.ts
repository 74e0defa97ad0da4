/** A thread that runs one federation after the other; the model is loaded once for each precision. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { experimentData } from "./experimentData.ts";
import { type OpenModel, openModel } from "./openModel.ts";
import { type RunResult, type RunSettings, runSettings } from "./runs.ts";
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
let base: (OpenModel & Pick<RunSettings, "precision">) | null = null;

/** The base at this precision, in place of the one before. */
async function baseAt(precision: RunSettings["precision"]): Promise<OpenModel> {
  if (base?.precision === precision) return base;
  base?.model.dispose();
  base = { ...(await openModel(folder, precision)), precision };
  return base;
}

port.on("message", async (message: unknown) => {
  try {
    const settings = runSettings.parse(message);
    const { model, defaultTargets } = await baseAt(settings.precision);
    const onProgress = (share: number) => say({ kind: "progress", share });
    const result = await simulate({ settings, data: experimentData(data, settings), model, defaultTargets, onProgress });
    say({ kind: "done", result });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
