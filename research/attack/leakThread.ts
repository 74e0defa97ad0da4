/** A thread that listens to one federation after the other on one base model. */
import { parentPort, workerData } from "node:worker_threads";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { z } from "zod";
import { type OpenModel, openModel } from "../experiment/openModel.ts";
import type { ThreadMessage } from "../experiment/runPool.ts";
import { type LeakResult, leakSettings } from "./leakRun.ts";
import { leakyFederation } from "./leakyFederation.ts";

const { data } = z.object({ data: z.string() }).parse(workerData);
const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

const say = (message: ThreadMessage<LeakResult>) => port.postMessage(message);
let base: Promise<OpenModel> | null = null;

port.on("message", async (message: unknown) => {
  try {
    base ??= openModel(`models/${DEFAULT_BASE.label}`);
    say({ kind: "done", result: await leakyFederation(leakSettings.parse(message), data, await base) });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
