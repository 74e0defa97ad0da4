/** The worker's entry: a client's desk, one for models and one for data behind {@link TabEngine}. Nothing here blocks the page. */
import type { TeamLead } from "@duet/lora-core/contract/teamTraining";
import { threadsOfPage } from "@duet/lora-engine/kernels/webThreads";
import { ClientDesk } from "@duet/lora-engine/training/clientDesk";
import { createLocalClient } from "@duet/lora-engine/training/localClient";
import { expose } from "comlink";
import { createClientStore } from "./clientStore.ts";
import { createDataDesk } from "./dataDesk.ts";
import { keepErrorCodes } from "./errorTransfer.ts";
import { createModelDesk } from "./modelDesk.ts";
import { probeDevice } from "./probeDevice.ts";
import type { RemoteEngine, WorkerBeginning } from "./tabEngine.ts";
import { tileCache } from "./tileCache.ts";

keepErrorCodes();
// The first message says where the coordinator is; all others are calls.
self.addEventListener("message", ({ data }: MessageEvent<WorkerBeginning>) => expose(tabEngine(data)), { once: true });

function tabEngine({ baseUrl, threads, mostThreads }: WorkerBeginning): RemoteEngine {
  const workers = { start: threadsOfPage(threads), cores: navigator.hardwareConcurrency };
  const engine = createLocalClient({
    wasmPath: `${baseUrl}wasm/`,
    threads: mostThreads,
    workers,
    tiles: tileCache,
    takesSamples: true,
  });
  const models = createModelDesk(baseUrl);
  const store = createClientStore();
  const client = new ClientDesk(engine, store);

  return {
    ...createDataDesk({ answers: engine, client, models }, baseUrl),
    describeHubModel: models.describeHubModel,
    describePickedModel: models.describePickedModel,
    missingModelFiles: models.missingModelFiles,
    provideModelFiles: models.provideModelFiles,
    async openModel(model, hub, backend, onProgress) {
      const { files, kept } = await models.load(model, hub, onProgress);
      return { device: await engine.open(files, backend), modelKept: kept };
    },
    deviceLimits: probeDevice,
    measureSpeed: (rows, setup, onStep) => client.measureSpeed(rows, setup, onStep),
    recall: (clientId) => client.recall(clientId),
    begin: (request) => client.begin(request),
    keepAs: (clientId) => client.keepAs(clientId),
    runRound(key, request, onProgress, onBegun, lead, calls) {
      return client.runRound(key, request, onProgress, onBegun, lead && calls && across(lead, calls));
    },
    help: (order, state, averages, onStep) => client.help(order, state, averages, onStep),
    adopt: (clientId, kept) => client.adopt(clientId, kept),
    rowStatistics: () => client.rowStatistics(),
    answerSum: (request) => client.answerSum(request),
    confirmSubmitted: (key) => client.confirmSubmitted(key),
    cancel: () => engine.cancel(),
    forget: (clientId) => client.forget(clientId),
    samples: (clientId) => client.samples(clientId),
    forgetParts: (clientId, parts) => store.forgetParts(clientId, parts),
    predict: (inputs, adapter) => engine.predict(inputs, adapter),
    write: (request, onText) => engine.write(request, onText),
    measureFusion: (adapter) => engine.measureFusion(adapter),
    mistakenRows: (adapter) => engine.mistakenRows(adapter),
    measureRecognition: (where, onProgress) => engine.measureRecognition(where, onProgress),
    stopAnswering: () => engine.stopAnswering(),
  };
}

/** A proxy answers every name, so that it is asked for the calls alone. */
const across = (lead: Pick<TeamLead, "scope" | "every">, calls: Omit<TeamLead, "scope" | "every">): TeamLead => ({
  ...lead,
  average: (step, own) => calls.average(step, own),
  isAwaited: () => calls.isAwaited(),
  admit: (step, state) => calls.admit(step, state),
  rowsEach: () => calls.rowsEach(),
  begin: (order, step, state) => calls.begin(order, step, state),
});
