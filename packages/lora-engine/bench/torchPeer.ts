/** The same work in PyTorch, in a process of its own (torch_peer.py). In Node only. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writePeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { peftBase } from "@duet/lora-core/architectures/peftBase";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";
import type { Example } from "../src/models/languageModel.ts";
import type { ModelFiles } from "../src/models/modelFiles.ts";
import type { Contest, TorchEntry } from "./contests.ts";
import { ADAPTER_SCALE, LEARNING_RATE, type Measured, summary } from "./measureSteps.ts";
import { type BatchArrays, RANK, TEMPERATURE } from "./subjects.ts";

const answer = z.object({
  answers: z.array(z.number()),
  times: z.array(z.number()),
  processor: z.array(z.number()),
  version: z.string(),
});

/** Longer than any contest takes. */
const DEADLINE_MS = 300_000;

/** PyTorch's names of what computes. */
export const TORCH_DEVICES = ["cpu", "cuda", "mps"] as const;
export type TorchDevice = (typeof TORCH_DEVICES)[number];

export interface TorchOptions {
  /** A Python with torch, transformers, peft and safetensors. */
  readonly python: string;
  readonly threads: number;
  readonly device: TorchDevice;
  /** The model's folder, and what is in it. */
  readonly folder: string;
  readonly files: ModelFiles;
}

/** @throws {Error} with the last line that Python wrote, when it cannot run. */
export async function measureTorchSteps(contest: Contest, entry: TorchEntry, options: TorchOptions): Promise<Measured> {
  const { warmUp, measured } = contest;
  const request = { warmUp, measured, learningRate: LEARNING_RATE, ...asked(entry) };
  const { answers, times } = await askTorch(request, entry.adapter, options);
  return summary(contest, { answers, times, peakBytes: null, dispatches: null });
}

/** A training on rows of unequal length. */
export interface TorchRows {
  readonly adapter: NamedTensors;
  /** A step each. */
  readonly batches: readonly (readonly Example[])[];
  /** Of an encoder, the texts of its labels. */
  readonly labelTokens: readonly Int32Array[];
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/** Milliseconds, by the clock and of the processor, and loss of every step. @throws {Error} with the last line that Python wrote, when it cannot run. */
export async function measureTorchRows(
  { adapter, batches, labelTokens, learningRate, weightDecay, clipNorm }: TorchRows,
  options: TorchOptions,
): Promise<Pick<z.output<typeof answer>, "answers" | "times" | "processor">> {
  const { family } = parseArchitecture(options.files.config);
  const request = {
    ...{ work: "rows", family, temperature: TEMPERATURE, learningRate, weightDecay, clipNorm },
    ...{ warmUp: 0, measured: batches.length },
    labelTokens: labelTokens.map((tokens) => [...tokens]),
    batches: batches.map((batch) => ({
      tokens: batch.map(({ tokens }) => [...tokens]),
      answerStarts: batch.map(({ answerStart }) => answerStart),
      labels: batch.map(({ label }) => label),
    })),
  };
  return askTorch(request, adapter, options);
}

async function askTorch(request: object, tensors: NamedTensors, { python, threads, device, folder, files }: TorchOptions) {
  const adapter = mkdtempSync(join(tmpdir(), "duet-bench-"));
  try {
    const architecture = parseArchitecture(files.config);
    const config = { rank: RANK, alpha: ADAPTER_SCALE * RANK, dropout: 0, targetModules: [...architecture.defaultTargets] };
    const written = writePeftAdapter({ config, tensors }, peftBase(architecture, null));
    for (const [name, content] of Object.entries(written)) writeFileSync(join(adapter, name), content);
    return answer.parse(
      JSON.parse(await runPython(python, JSON.stringify({ model: folder, adapter, threads, device, ...request }))),
    );
  } finally {
    rmSync(adapter, { recursive: true });
  }
}

function asked(entry: TorchEntry) {
  if (entry.work !== "generation") return { work: entry.work, ...plain(entry.arrays) };
  return { work: entry.work, family: "causal-lm", prompt: entry.prompt, newTokens: entry.newTokens };
}

/** The batch with lists in place of typed arrays. */
function plain(arrays: BatchArrays) {
  if (arrays.family === "causal-lm") {
    const { ids, positions, targets } = arrays;
    return { ...arrays, ids: [...ids], positions: [...positions], targets: [...targets] };
  }
  const { ids, labels, targets, ...rest } = arrays;
  const [count, width] = targets.shape;
  const labelEmbeddings = Array.from({ length: count }, (_, i) => [...targets.data.subarray(i * width, (i + 1) * width)]);
  return { ...rest, ids: [...ids], labels: [...labels], labelEmbeddings };
}

function runPython(python: string, request: string): Promise<string> {
  const script = fileURLToPath(new URL("torch_peer.py", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"], timeout: DEADLINE_MS });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(errors.trim().split("\n").at(-1) || `${python} ended with ${code}`));
    });
    child.stdin.on("error", () => {});
    child.stdin.end(request);
  });
}
