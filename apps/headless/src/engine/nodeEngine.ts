/** The engine of a client in this process: the same that a tab's worker runs, with its disk in a folder. */
import { totalmem } from "node:os";
import type { BeginRequest, RowsHandle, TeamEngine } from "@duet/client/clientEngine";
import { deviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { DataSplit } from "@duet/lora-core/data/row";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { startNodeWebgpu } from "@duet/lora-engine/backends/nodeWebgpu";
import { findAdapter } from "@duet/lora-engine/backends/webgpuAdapter";
import { ClientDesk, type ClientStore } from "@duet/lora-engine/training/clientDesk";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { loadModel, type ModelPlaces } from "./loadModel.ts";
import { nodeWasm } from "./nodeWasm.ts";
import { tileFile } from "./tileFile.ts";

export interface NodeEngine extends TeamEngine {
  /** Takes the rows to begin with; returns their handle. */
  hold(split: DataSplit): string;
  /** How fast this device would train on rows that are held. The base must be open. */
  measureSpeed(rows: RowsHandle, setup: BeginRequest["setup"]): Promise<StepSpeed>;
}

export interface NodeEngineOptions extends Omit<ModelPlaces, "hub"> {
  readonly store: ClientStore;
  /** Null for as many as help. */
  readonly threads: number | null;
}

export function createNodeEngine({ baseUrl, folder, store, modelFolder, threads }: NodeEngineOptions): NodeEngine {
  const engine = createLocalClient({ ...nodeWasm(threads), tiles: tileFile(folder) });
  const desk = new ClientDesk(engine, store);
  let stopWebgpu: (() => void) | null = null;

  async function prepareBackend(backend: BackendName | null): Promise<void> {
    if (backend === "webgpu") stopWebgpu ??= await startNodeWebgpu();
  }

  return {
    hold: (split) => desk.hold(split),
    measureSpeed: (rows, setup) => desk.measureSpeed(rows, setup, () => {}),
    async openModel(model, hub, backend, onProgress) {
      await prepareBackend(backend);
      const { files, kept } = await loadModel(model, { baseUrl, hub, folder, modelFolder }, onProgress);
      return { device: await engine.open(files, backend), modelKept: kept };
    },
    async deviceLimits(backend) {
      await prepareBackend(backend);
      const adapter = await findAdapter();
      const chosen = backend ?? (adapter && !adapter.software ? "webgpu" : "wasm");
      return deviceLimits({ backend: chosen, memoryGib: totalmem() / 2 ** 30, buffers: adapter?.buffers ?? null });
    },
    recall: (clientId) => desk.recall(clientId),
    begin: (request) => desk.begin(request),
    keepAs: (clientId) => desk.keepAs(clientId),
    runRound: (key, request, onProgress, onBegun, lead) => desk.runRound(key, request, onProgress, onBegun, lead),
    help: (order, state, averages, onStep) => desk.help(order, state, averages, onStep),
    adopt: (clientId, kept) => desk.adopt(clientId, kept),
    rowStatistics: () => desk.rowStatistics(),
    answerSum: (request) => desk.answerSum(request),
    confirmSubmitted: (key) => desk.confirmSubmitted(key),
    cancel: () => engine.cancel(),
    forget: (clientId) => desk.forget(clientId),
    predict: (inputs, adapter) => engine.predict(inputs, adapter),
    write: (request, onText) => engine.write(request, onText),
    measureFusion: (adapter) => engine.measureFusion(adapter),
    mistakenRows: (adapter) => engine.mistakenRows(adapter),
    measureRecognition: (where, onProgress) => engine.measureRecognition(where, onProgress),
    stopAnswering: () => engine.stopAnswering(),
    close() {
      void engine.cancel();
      stopWebgpu?.();
    },
  };
}
