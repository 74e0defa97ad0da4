/** The contests in this process, on wasm with one thread, and PyTorch's side of them. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { selectBackend } from "@duet/lora-engine/backends/selectBackend";
import { contestsOf, STEPS } from "@duet/lora-engine/bench/contestList";
import { matmulCeiling } from "@duet/lora-engine/bench/matmulCeiling";
import type { Measured } from "@duet/lora-engine/bench/measureSteps";
import { type Outcome, runContest } from "@duet/lora-engine/bench/runContest";
import { measureTorchSteps } from "@duet/lora-engine/bench/torchPeer";
import type { ModelFiles } from "@duet/lora-engine/models/modelFiles";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import type { BackendRun, TorchFigures } from "./backendRun.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export async function runInNode(works: readonly string[], torch: TorchFigures): Promise<BackendRun> {
  await startWasm();
  const ceiling = await matmulCeiling();
  const outcomes: Outcome[] = [];
  for (const create of contests(works)) {
    const contest = await create();
    const figures = typeof torch === "string" ? torch : (torch[contest.name] ?? "PyTorch did not run it");
    const found = typeof contest.torch === "string" ? contest.torch : figures;
    outcomes.push(await runContest(contest, { backend: "wasm", torch: found, note: (text) => console.log(`  … ${text}`) }));
  }
  return { where: "Node, wasm, one thread", ceiling, outcomes };
}

/** PyTorch's figures by the names of the contests; or why there are none. */
export async function torchFigures(works: readonly string[], python: string, threads: number): Promise<TorchFigures> {
  try {
    execFileSync(python, ["-c", "import torch, transformers, peft, safetensors"], { stdio: "pipe", timeout: 120_000 });
  } catch {
    return `${python} has no torch, transformers, peft and safetensors. Name another with --python.`;
  }
  await startWasm();
  const figures: Record<string, Measured> = {};
  for (const create of contests(works)) {
    const contest = await create();
    if (typeof contest.torch === "string") continue;
    const options = { python, threads, folder: folderOf(contest.model), files: await readModel(contest.model) };
    figures[contest.name] = await measureTorchSteps(contest, await contest.torch(), options);
  }
  return figures;
}

function contests(works: readonly string[]) {
  const options = { readModel, text: readFileSync(`${ROOT}/LICENSE`, "utf8"), ...STEPS };
  return works.flatMap((work) => contestsOf(work, "wasm", options));
}

async function startWasm(): Promise<void> {
  const wasmPath = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
  await selectBackend({ forced: "wasm", wasmPath, threads: 1 });
}

function folderOf(id: string): string {
  return `${ROOT}/models/${id}`;
}

function readModel(id: string): Promise<ModelFiles> {
  const folder = folderOf(id);
  return readModelFiles(readdirSync(folder), async (name) => readFileSync(`${folder}/${name}`));
}
