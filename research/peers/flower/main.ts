/**
 * One FedAvg federation here, and the same with Flower and PEFT: model, rows, batches, optimiser and budget are the same.
 * `npx tsx research/peers/flower/main.ts --python venv/bin/python`; what is trained can be said behind `--`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { peftBase } from "@duet/lora-core/architectures/peftBase";
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { z } from "zod";
import { experimentData } from "../../experiment/experimentData.ts";
import { openModel } from "../../experiment/openModel.ts";
import type { RunSettings } from "../../experiment/runs.ts";
import { createSimulation } from "../../experiment/simulate.ts";
import { mean } from "../../experiment/statistics/interval.ts";
import { peerOptions } from "../peerOptions.ts";
import { ended, requireModules, startPython } from "../pythonPeer.ts";
import { exportFederation } from "./exportFederation.ts";
import { exportRows } from "./exportRows.ts";
import { type PeerRound, peerTable } from "./table.ts";

const flowerRounds = z.array(
  z.object({
    bytesUp: z.number(),
    bytesDown: z.number(),
    losses: z.array(z.number()),
    accuracies: z.array(z.number()),
    /** From the start of its processes to the accuracies. */
    seconds: z.number(),
  }),
);

try {
  const { own, experiment, runs } = peerOptions({ python: "python3", folder: "out/flower" }, [
    "--scenario",
    "medical",
    "--steps",
    "144",
    "--model",
    "models/duet-tiny",
    "--methods",
    fedAvg.id,
  ]);
  requireModules(own.python, ["flwr", "peft", "torch", "transformers"], "research/peers/flower/requirements.txt");
  const [settings] = runs;
  if (runs.length !== 1 || settings?.method !== fedAvg.id) throw new Error(`One run of ${fedAvg.id} is compared at a time`);
  const ours = await federateHere(settings, experiment.data ?? "../shared/data", own.folder);
  console.log("Trained here.");
  const { rounds: theirs, seconds } = await federateThere(own.python, own.folder);
  writeFileSync(join(own.folder, "comparison.json"), `${JSON.stringify({ settings, ours, theirs, seconds }, null, 1)}\n`);
  console.log(peerTable(ours, theirs));
  console.log(`Flower took ${seconds.toFixed(1)} s from the start of its processes to the last accuracy.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Also writes the files that the other implementation starts from. */
async function federateHere(settings: RunSettings, data: string, folder: string): Promise<readonly PeerRound[]> {
  const { model, defaultTargets, smallTargets } = await openModel(settings.model);
  const rows = experimentData(data, settings);
  const simulation = await createSimulation({ settings, data: rows, model, defaultTargets, smallTargets, onProgress: () => {} });
  try {
    const config: unknown = JSON.parse(readFileSync(join(settings.model, "config.json"), "utf8"));
    const before = simulation.clients.map(({ client }) => client);
    await simulation.run();
    const { perRound, innerSteps } = await simulation.result(0);
    exportFederation(folder, {
      model: settings.model,
      base: peftBase(parseArchitecture(config), resolve(settings.model)),
      clients: before,
      rounds: settings.rounds,
      innerSteps,
    });
    exportRows(folder, rows);
    return perRound.slice(0, settings.rounds).map(({ served, bytes }, i) => ({
      accuracy: served ?? 0,
      loss: mean(simulation.clients.map(({ metrics }) => metrics[i]?.metrics.trainLoss ?? 0)),
      bytes: (bytes ?? 0) - (perRound[i - 1]?.bytes ?? 0),
    }));
  } finally {
    simulation.dispose();
    model.dispose();
  }
}

async function federateThere(python: string, folder: string) {
  const script = fileURLToPath(new URL("server.py", import.meta.url));
  const server = startPython(python, [script, folder]);
  // Or it waits for somebody to read.
  server.stdout?.resume();
  await ended(server);
  const found = flowerRounds.parse(JSON.parse(readFileSync(join(folder, "flower.json"), "utf8")));
  const rounds = found.map(
    ({ accuracies, losses, bytesUp, bytesDown }): PeerRound => ({
      accuracy: mean(accuracies),
      loss: mean(losses),
      bytes: bytesUp + bytesDown,
    }),
  );
  return { rounds, seconds: found.at(-1)?.seconds ?? Number.NaN };
}
