/**
 * FDLoRA's fusion search beside nevergrad's NGOpt, the optimiser of LoraHub and of the paper: trains a federation, then searches the
 * fusion weights of every client with both. `npx tsx research/peers/nevergrad/main.ts --python venv/bin/python`; what is trained can be said behind `--`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { FUSION_SEARCH, fdLora } from "@duet/lora-core/strategies/fdLora";
import { experimentData } from "../../experiment/experimentData.ts";
import { openModel } from "../../experiment/openModel.ts";
import type { RunSettings } from "../../experiment/runs.ts";
import { createSimulation } from "../../experiment/simulate.ts";
import { peerOptions } from "../peerOptions.ts";
import { requireModules } from "../pythonPeer.ts";
import { type ClientOutcome, compareSearches } from "./compare.ts";
import { comparisonTable } from "./table.ts";

try {
  const { own, experiment, runs } = peerOptions({ python: "python3", budgets: "5,12,20,40", json: "out/nevergrad.json" }, [
    "--methods",
    fdLora.id,
    "--seeds",
    "3",
  ]);
  requireModules(own.python, ["nevergrad"], "research/peers/nevergrad/requirements.txt");
  const outcomes: ClientOutcome[] = [];
  mkdirSync(dirname(own.json), { recursive: true });
  for (const settings of runs) {
    const budgets = own.budgets.split(",").map(Number);
    for await (const found of outcomesOf({ settings, data: experiment.data, python: own.python, budgets })) {
      outcomes.push(...found);
      writeFileSync(own.json, `${JSON.stringify({ runs, outcomes }, null, 1)}\n`);
    }
  }
  console.log(comparisonTable(outcomes));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

interface ComparedRun {
  readonly settings: RunSettings;
  readonly data: string | undefined;
  readonly python: string;
  readonly budgets: readonly number[];
}

/** One client after the other. */
async function* outcomesOf({ settings, data, python, budgets }: ComparedRun): AsyncGenerator<readonly ClientOutcome[]> {
  const { seed } = settings;
  const { model, defaultTargets, smallTargets } = await openModel(settings.model);
  const rows = experimentData(data ?? "../shared/data", settings);
  const simulation = await createSimulation({ settings, data: rows, model, defaultTargets, smallTargets, onProgress: () => {} });
  try {
    await simulation.run();
    console.log(`Seed ${seed}: trained.`);
    for (const [client, member] of simulation.clients.entries()) {
      const found = await compareSearches(member.client, { budgets, seed, python, fusion: FUSION_SEARCH });
      yield found.map((outcome) => ({ ...outcome, seed, client }));
      console.log(`Seed ${seed}, client ${client + 1}: searched.`);
    }
  } finally {
    simulation.dispose();
    model.dispose();
  }
}
