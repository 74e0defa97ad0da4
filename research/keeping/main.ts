/**
 * `npx tsx research/keeping/main.ts`: what keeping a round under way costs. A client trains with wasm in this process, on the base models of
 * the repository; every few steps its state is read, hashed and copied as the browser's disk would copy it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { contentHash } from "@duet/lora-engine/training/roundCheckpoint";
import type { JournalState } from "@duet/lora-engine/training/roundJournal";

const STEPS = 20;
const KEPT_EVERY_MS = 5_000;
const CASES = [
  { model: "use-lite", targetModules: ["qkv", "output", "up", "down"] },
  { model: "duet-tiny", targetModules: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] },
];

const scenario = logsScenario({ clients: 1, seed: 11, rowsPerClient: 80 });
const rows = scenario.clients[0]?.rows ?? [];
const split = { train: rows.slice(0, 60), fusion: rows.slice(60, 64), test: rows.slice(64, 72) };
const budgets = { local: { unit: "steps", amount: STEPS }, inner: { unit: "steps", amount: 1 }, rounds: 1 } as const;
const plan = methodOf({ id: "local", config: {} }).plan(budgets, { round: 0, isNewcomer: false });

/** Of this process: what else the machine does is left out. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

for (const { model, targetModules } of CASES) {
  for (const rank of [8, 64]) await measure(model, [...targetModules], rank);
}

async function measure(model: string, targetModules: string[], rank: number): Promise<void> {
  const wasmPath = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
  const engine = createLocalClient({ wasmPath, threads: 1 });
  const folder = `models/${model}`;
  await engine.open(await readModelFiles(readdirSync(folder), async (name) => readFileSync(`${folder}/${name}`)), "wasm");
  const adapter = { rank, alpha: 2 * rank, dropout: 0, targetModules };
  const training = { batchSize: 8, maxTokens: 64, learningRate: 1e-3, warmupSteps: 0, weightDecay: 0.01, clipNorm: 1 };
  await engine.prepare({ task: scenario.task, adapter, training, seed: 5, clientSeed: 7 }, split);
  const heldUp: number[] = [];
  const steps: number[] = [];
  let ended = processorMs();
  const offer = async (read: () => Promise<JournalState>) => {
    const began = processorMs();
    steps.push(began - ended);
    const state = await read();
    const { training: underWay } = state;
    contentHash(state);
    structuredClone(state);
    ended = processorMs();
    if (underWay) heldUp.push(ended - began);
  };
  await engine.runRound({ round: 0, plan, received: null }, () => {}, { from: null, offer });
  const bytes = (await engine.checkpoint()).personal.byteLength;
  const cost = median(heldUp);
  console.log(
    `${model}, rank ${rank}: adapter ${(bytes / 1e6).toFixed(2)} MB, a step ${median(steps).toFixed(0)} ms, ` +
      `a checkpoint ${cost.toFixed(1)} ms, ${((100 * cost) / KEPT_EVERY_MS).toFixed(2)} % of the time`,
  );
}
