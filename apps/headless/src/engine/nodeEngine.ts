/** The engine of a client in this process: the same that a tab's worker runs, with its disk in a folder. */
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { ClientEngine } from "@duet/client/clientEngine";
import { deviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { download } from "@duet/lora-core/checkpoints/resumableDownload";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { DataSplit } from "@duet/lora-core/data/row";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { startNodeWebgpu } from "@duet/lora-engine/backends/nodeWebgpu";
import { findAdapter } from "@duet/lora-engine/backends/webgpuAdapter";
import { addressOf, loadBase } from "@duet/lora-engine/models/loadBase";
import { ClientDesk, type ClientStore } from "@duet/lora-engine/training/clientDesk";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { wasmFolder } from "./wasmFolder.ts";
import { weightFile } from "./weightFiles.ts";

export interface NodeEngine extends ClientEngine {
  /** Takes the rows to begin with; returns their handle. */
  hold(split: DataSplit): string;
}

export interface NodeEngineOptions {
  /** Where the coordinator serves its files, with a slash at the end. */
  readonly baseUrl: string;
  /** Where weights are kept. */
  readonly folder: string;
  readonly store: ClientStore;
  /** A folder with the files of a base that nobody serves; null where there is none. */
  readonly modelFolder: string | null;
}

export function createNodeEngine({ baseUrl, folder, store, modelFolder }: NodeEngineOptions): NodeEngine {
  const engine = createLocalClient({ wasmPath: wasmFolder(), threads: null });
  const desk = new ClientDesk(engine, store);
  let stopWebgpu: (() => void) | null = null;

  async function prepareBackend(backend: BackendName | null): Promise<void> {
    if (backend === "webgpu") stopWebgpu ??= await startNodeWebgpu();
  }

  return {
    hold: (split) => desk.hold(split),
    async openModel(model, hub, backend, onProgress) {
      await prepareBackend(backend);
      const { files, kept } = await loadBase(
        model,
        (file, report) => {
          const { path, sha256 } = file;
          const address = addressOf(model, file, baseUrl, hub);
          return weightFile(folder, sha256, async () =>
            address === null ? readModelFile(modelFolder, path, sha256) : download(address, { sha256, onProgress: report }),
          );
        },
        onProgress,
      );
      return { device: await engine.open(files, backend), modelKept: kept };
    },
    async deviceLimits(backend) {
      await prepareBackend(backend);
      const adapter = await findAdapter();
      const chosen = backend ?? (adapter && !adapter.software ? "webgpu" : "wasm");
      return deviceLimits({ backend: chosen, memoryGib: totalmem() / 2 ** 30, bufferBytes: adapter?.bufferBytes ?? null });
    },
    recall: (clientId) => desk.recall(clientId),
    begin: (request) => desk.begin(request),
    keepAs: (clientId) => desk.keepAs(clientId),
    runRound: (key, request, onProgress, onBegun) => desk.runRound(key, request, onProgress, onBegun),
    answerSum: (request) => desk.answerSum(request),
    confirmSubmitted: (key) => desk.confirmSubmitted(key),
    cancel: () => engine.cancel(),
    forget: (clientId) => desk.forget(clientId),
    predict: (inputs, adapter) => engine.predict(inputs, adapter),
    write: (request, onText) => engine.write(request, onText),
    measureFusion: (adapter) => engine.measureFusion(adapter),
    measureRecognition: (adapter) => engine.measureRecognition(adapter),
    stopAnswering: () => engine.stopAnswering(),
    close() {
      void engine.cancel();
      stopWebgpu?.();
    },
  };
}

/** @throws {DuetError} WRONG_FILE where the folder does not have that very file. */
function readModelFile(folder: string | null, name: string, sha256: string): Uint8Array<ArrayBuffer> {
  if (folder === null) {
    throw new DuetError(
      "WRONG_FILE",
      "This federation's base model is not served: its files have to be at hand (--model FOLDER)",
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(join(folder, name)));
  } catch (cause) {
    throw new DuetError("WRONG_FILE", `${join(folder, name)} cannot be read`, { cause });
  }
  if (sha256Of(bytes) === sha256) return bytes;
  throw new DuetError("WRONG_FILE", `${join(folder, name)} differs from the file that this federation was created with`);
}
