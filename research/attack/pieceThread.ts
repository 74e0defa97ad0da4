/** A thread that looks for pieces of words in one step after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { z } from "zod";
import { openModel } from "../experiment/openModel.ts";
import type { ThreadMessage } from "../experiment/runPool.ts";
import { firstInputs } from "./firstInputs.ts";
import { pieceAttack } from "./pieceAttack.ts";
import { type PieceResult, pieceSettings } from "./pieceRun.ts";

const FOLDER = `models/${DEFAULT_BASE.label}`;
/** As many tokens of a row are read in these federations. */
const POSITIONS = 32;

const { data } = z.object({ data: z.string() }).parse(workerData);
const port = parentPort;
if (!port) throw new Error("This file is a worker thread's");

const say = (message: ThreadMessage<PieceResult>) => port.postMessage(message);
let known: Promise<[Awaited<ReturnType<typeof openModel>>, Awaited<ReturnType<typeof firstInputs>>]> | null = null;

port.on("message", async (message: unknown) => {
  try {
    known ??= Promise.all([openModel(FOLDER), firstInputs(FOLDER, POSITIONS)]);
    const [opened, inputs] = await known;
    say({ kind: "done", result: await pieceAttack(pieceSettings.parse(message), data, opened, inputs) });
  } catch (error) {
    say({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
