/** A thread that runs one attacked federation after the other on one base model. */
import { parentPort } from "node:worker_threads";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { type OpenModel, openModel } from "../experiment/openModel.ts";
import type { ThreadMessage } from "../experiment/runPool.ts";
import { attackedFederation } from "./attackedFederation.ts";
import { type PoisonResult, poisonSettings } from "./poisonRun.ts";

const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

const say = (message: ThreadMessage<PoisonResult>) => port.postMessage(message);
let base: Promise<OpenModel> | null = null;

port.on("message", async (message: unknown) => {
  try {
    base ??= openModel(`models/${DEFAULT_BASE.label}`);
    say({ kind: "done", result: await attackedFederation(poisonSettings.parse(message), await base) });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
