/** A client's training engine in this thread: loads the frozen base, tokenises the client's rows, and runs round plans. */
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import { adapterLayout, initialAdapter } from "../adapters/adapterLayout.ts";
import { selectBackend } from "../backends/selectBackend.ts";
import type { WasmOptions } from "../backends/wasmBackend.ts";
import { groupRows } from "../data/rowGroups.ts";
import type { DataSplit, Row } from "../data/task.ts";
import type { Example, LanguageModel, TaskModel } from "../models/languageModel.ts";
import { loadModel } from "../models/loadModel.ts";
import type { BackendName, Device, Progress, SampleCounts } from "../protocol/metrics.ts";
import { RoundReport } from "./roundReport.ts";
import { createRunControl, type RunControl } from "./runControl.ts";
import { type Client, runRound } from "./runRound.ts";
import type { ClientCheckpoint, EngineSetup, ModelFiles, RoundRequest, RoundResult, TrainingEngine } from "./trainingEngine.ts";

/** The engine takes over the thread's TF.js backend; one per thread. */
export function createLocalClient(wasm: WasmOptions): TrainingEngine {
  return new LocalClient(wasm);
}

class LocalClient implements TrainingEngine {
  readonly #wasm: WasmOptions;
  #model: LanguageModel | null = null;
  #client: Client | null = null;
  #running: RunControl | null = null;

  constructor(wasm: WasmOptions) {
    this.#wasm = wasm;
  }

  async open(files: ModelFiles, backend: BackendName | null): Promise<Device> {
    const device = await selectBackend({ ...this.#wasm, forced: backend });
    this.#client?.model.dispose();
    this.#client = null;
    this.#model?.dispose();
    this.#model = loadModel(files);
    return device;
  }

  async prepare(setup: EngineSetup, split: DataSplit): Promise<SampleCounts> {
    if (!this.#model) throw new Error("No base model is open");
    const layout = adapterLayout(this.#model.linears, setup.adapter);
    const model = await this.#model.prepare(setup.task);
    const examples = {
      train: encodeRows(model, split.train, setup),
      fusion: encodeRows(model, distinct(split.fusion), setup),
      test: encodeRows(model, split.test, setup),
    };
    const initial = initialAdapter(layout, setup.seed);
    this.#client?.model.dispose();
    this.#client = { setup, layout, model, examples, slots: { personal: initial, shared: initial }, lastRound: null };
    return { train: split.train.length, fusion: split.fusion.length, test: split.test.length };
  }

  async runRound(request: RoundRequest, onProgress: (progress: Progress) => void): Promise<RoundResult> {
    if (this.#running) throw new Error("A round is already running");
    const client = this.#prepared();
    const control = createRunControl();
    this.#running = control;
    try {
      const report = new RoundReport(request.round, onProgress);
      const { slots, upload } = await runRound(client, request, report, control);
      this.#client = { ...client, slots, lastRound: request.round };
      return { upload, metrics: report.metrics(), confusion: report.confusion() };
    } finally {
      this.#running = null;
    }
  }

  async checkpoint(): Promise<ClientCheckpoint> {
    const { slots, layout, lastRound } = this.#prepared();
    return {
      lastRound,
      personal: encodeAdapter(slots.personal, layout),
      shared: encodeAdapter(slots.shared, layout),
    };
  }

  async restore(checkpoint: ClientCheckpoint): Promise<void> {
    const client = this.#prepared();
    this.#client = {
      ...client,
      slots: {
        personal: decodeAdapter(checkpoint.personal, client.layout),
        shared: decodeAdapter(checkpoint.shared, client.layout),
      },
      lastRound: checkpoint.lastRound,
    };
  }

  async cancel(): Promise<void> {
    this.#running?.cancel();
  }

  #prepared(): Client {
    if (!this.#client) throw new Error("No data is prepared");
    return this.#client;
  }
}

/** One row of every group of near-duplicates: copies would make the fusion search surer of itself than it may be. */
function distinct(rows: readonly Row[]): readonly Row[] {
  return groupRows(rows).flatMap((group) => group.rows[0] ?? []);
}

function encodeRows(model: TaskModel, rows: readonly Row[], { training }: EngineSetup): Example[] {
  return rows.map((row) => model.encode(row, training.maxTokens));
}
