/** The contests in this process, on wasm as experiments have it or on a GPU, and PyTorch's side of them. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeWasm } from "@duet/headless/engine/nodeWasm";
import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import { startNodeWebgpu } from "@duet/lora-engine/backends/nodeWebgpu";
import { type ContestSize, contestsOf, STEPS, sizeFor } from "@duet/lora-engine/bench/contestList";
import type { Contest } from "@duet/lora-engine/bench/contests";
import { matmulCeiling } from "@duet/lora-engine/bench/matmulCeiling";
import type { Measured } from "@duet/lora-engine/bench/measureSteps";
import { type Outcome, runContest, TORCH_SIZES } from "@duet/lora-engine/bench/runContest";
import { measureTorchSteps, type TorchDevice } from "@duet/lora-engine/bench/torchPeer";
import type { ModelFiles } from "@duet/lora-engine/models/modelFiles";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { forgetful } from "@duet/lora-engine/ops/webgpu/measureTiles";
import { startDevice } from "@duet/lora-engine/training/startDevice";
import { runnerInWords } from "../runner/nodeWasm.ts";
import { type BackendRun, type TorchFigures, wasmInWords } from "./backendRun.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** @throws {Error} when the backend does not start here. */
export async function runInNode(
  backend: "wasm" | "webgpu",
  works: readonly string[],
  torch: TorchFigures,
  halves = false,
): Promise<BackendRun> {
  const stop = backend === "webgpu" ? await startNodeWebgpu() : () => {};
  try {
    const { description, threads, reason } = await startBackend(backend, halves);
    const size = await sizeFor(backend);
    const ceiling = await matmulCeiling();
    const outcomes: Outcome[] = [];
    for (const create of contests(works, size)) outcomes.push(await runOne(await create(), backend, torch));
    return {
      where: backend === "wasm" ? `${runnerInWords()}, ${wasmInWords(threads)}` : `${description}, ${backend} (${reason})`,
      ceiling,
      outcomes,
    };
  } finally {
    stop();
  }
}

function runOne(contest: Contest, backend: BackendName, torch: TorchFigures): Promise<Outcome> {
  const figures = typeof torch === "string" ? torch : (torch[contest.name] ?? TORCH_SIZES);
  const found = typeof contest.torch === "string" ? contest.torch : figures;
  return runContest(contest, { backend, torch: found, note: (text) => console.log(`  … ${text}`) });
}

export interface TorchSide {
  readonly python: string;
  readonly threads: number;
  readonly device: TorchDevice;
}

/** PyTorch's figures by the names of the contests; or why there are none. */
export async function torchFigures(works: readonly string[], { python, threads, device }: TorchSide): Promise<TorchFigures> {
  try {
    execFileSync(python, ["-c", "import torch, transformers, peft, safetensors"], { stdio: "pipe", timeout: 120_000 });
  } catch {
    return `${python} has no torch, transformers, peft and safetensors. Name another with --python.`;
  }
  await startBackend("wasm");
  const figures: Record<string, Measured> = {};
  for (const create of contests(works, "full")) {
    const contest = await create();
    if (typeof contest.torch === "string") continue;
    const options = { python, threads, device, folder: folderOf(contest.model), files: await readModel(contest.model) };
    figures[contest.name] = await measureTorchSteps(contest, await contest.torch(), options);
  }
  return figures;
}

function contests(works: readonly string[], size: ContestSize) {
  const options = { readModel, text: readFileSync(`${ROOT}/LICENSE`, "utf8"), ...STEPS };
  return works.flatMap((work) => contestsOf(work, size, options));
}

function startBackend(backend: "wasm" | "webgpu", halves = false): Promise<Device> {
  return startDevice({ forced: backend, ...nodeWasm(null), tiles: forgetful, webgpu: { halves } });
}

function folderOf(id: string): string {
  return `${ROOT}/models/${id}`;
}

function readModel(id: string): Promise<ModelFiles> {
  const folder = folderOf(id);
  return readModelFiles(readdirSync(folder, { recursive: true, encoding: "utf8" }), async (name) =>
    readFileSync(`${folder}/${name}`),
  );
}
