/** One contest of one backend in a worker. Models and the sample text come from /bench-files/. */

import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import { threadsOfPage } from "../../src/kernels/webThreads.ts";
import type { ModelFiles } from "../../src/models/modelFiles.ts";
import { readModelFiles } from "../../src/models/readModelFiles.ts";
import { forgetful } from "../../src/ops/webgpu/measureTiles.ts";
import { startDevice } from "../../src/training/startDevice.ts";
import { contestsOf, STEPS, sizeFor } from "../contestList.ts";
import { matmulCeiling } from "../matmulCeiling.ts";
import type { Measured } from "../measureSteps.ts";
import { type Outcome, runContest, TORCH_SIZES } from "../runContest.ts";

export interface WorkerRequest {
  readonly backend: BackendName;
  readonly work: string;
  /** Index in the list of that work. */
  readonly contest: number;
  /** Products in float16 where the GPU has them. */
  readonly halves: boolean;
  readonly torch: Readonly<Record<string, Measured>> | string;
  /** Ours without the peers. */
  readonly alone: boolean;
  /** At whose other end the page starts kernel threads. */
  readonly threads: MessagePort;
}

/** The worker's last message; those before it are notes, which are strings. */
export interface WorkerAnswer {
  readonly device: Device;
  /** GFLOP/s of a plain product. */
  readonly ceiling: number;
  readonly outcome: Outcome;
}

const NOT_ASKED = "It was not asked for";

self.onmessage = async ({ data }: MessageEvent<WorkerRequest>) => {
  const { backend, work, contest: index, halves, torch, alone, threads } = data;
  const workers = { start: threadsOfPage(threads), cores: navigator.hardwareConcurrency };
  const device = await startDevice({
    forced: backend,
    wasmPath: "/wasm/",
    threads: null,
    workers,
    tiles: forgetful,
    webgpu: { halves },
  });
  const ceiling = await matmulCeiling();
  const text = await (await fetch("/bench-files/LICENSE")).text();
  const contest = await contestsOf(work, await sizeFor(backend), { readModel, text, ...STEPS })[index]?.();
  if (!contest) throw new RangeError(`There is no contest ${index}`);
  const figures = typeof torch === "string" ? torch : torch[contest.name];
  const found = typeof contest.torch === "string" ? contest.torch : figures;
  const peers = alone ? { stock: NOT_ASKED, jax: NOT_ASKED } : {};
  const outcome = await runContest(
    { ...contest, ...peers },
    {
      backend,
      torch: found ?? TORCH_SIZES,
      note: (text) => self.postMessage(text),
    },
  );
  const answer: WorkerAnswer = { device, ceiling, outcome };
  self.postMessage(answer);
};

/** The names of a model's files that the contests need. */
const FILES = ["config.json", "tokenizer.json", "model.safetensors"];

function readModel(id: string): Promise<ModelFiles> {
  return readModelFiles(FILES, async (name) => {
    const response = await fetch(`/bench-files/models/${id}/${name}`);
    return new Uint8Array(await response.arrayBuffer());
  });
}
