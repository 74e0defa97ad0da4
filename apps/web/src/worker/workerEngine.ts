/** The training worker as the page sees it: the same interface, with every call failing when the worker dies. */

import { DuetError } from "@duet/lora-core/errors/duetError";
import { servePageThreads } from "@duet/lora-engine/kernels/webThreads";
import { proxy, wrap } from "comlink";
import { keepErrorCodes } from "./errorTransfer.ts";
import type { TabEngine, WorkerBeginning } from "./tabEngine.ts";

keepErrorCodes();

/**
 * Starts the worker, which gets the coordinator's files below `baseUrl`. After `close`, or when it dies, every call rejects with
 * WORKER_DIED.
 */
export function createWorkerEngine(baseUrl: string): TabEngine {
  const worker = new Worker(new URL("./trainingWorker.ts", import.meta.url), { type: "module", name: "duet-training" });
  const { port1, port2: threads } = new MessageChannel();
  const endThreads = servePageThreads(port1);
  worker.postMessage({ baseUrl, threads } satisfies WorkerBeginning, [threads]);
  const remote = wrap<Omit<TabEngine, "close">>(worker);
  let die: (cause: string) => void = () => {};
  const death = new Promise<never>((_, reject) => {
    die = (cause) => reject(new DuetError("WORKER_DIED", `The training worker stopped: ${cause}`));
  });
  death.catch(() => {});
  worker.onerror = (event) => die(event.message || "it could not be started");
  worker.onmessageerror = () => die("a message could not be read");
  const guarded = <T>(call: Promise<T>): Promise<T> => Promise.race([call, death]);

  return {
    openModel: (model, hub, backend, onProgress) => guarded(remote.openModel(model, hub, backend, proxy(onProgress))),
    deviceLimits: (backend) => guarded(remote.deviceLimits(backend)),
    describeHubModel: (address, hub) => guarded(remote.describeHubModel(address, hub)),
    describePickedModel: (files, name, onProgress) => guarded(remote.describePickedModel(files, name, proxy(onProgress))),
    missingModelFiles: (model) => guarded(remote.missingModelFiles(model)),
    provideModelFiles: (model, files, onProgress) => guarded(remote.provideModelFiles(model, files, proxy(onProgress))),
    readTable: (content, fileName, options) => guarded(remote.readTable(content, fileName, options)),
    labels: (answerColumn) => guarded(remote.labels(answerColumn)),
    connect: (request) => guarded(remote.connect(request)),
    personalData: (onProgress) => guarded(remote.personalData(proxy(onProgress))),
    connectSample: (id, share, seed) => guarded(remote.connectSample(id, share, seed)),
    recall: (clientId) => guarded(remote.recall(clientId)),
    begin: (request) => guarded(remote.begin(request)),
    keepAs: (clientId) => guarded(remote.keepAs(clientId)),
    runRound: (key, request, onProgress, onBegun) => guarded(remote.runRound(key, request, proxy(onProgress), proxy(onBegun))),
    answerSum: (request) => guarded(remote.answerSum(request)),
    confirmSubmitted: (key) => guarded(remote.confirmSubmitted(key)),
    cancel: () => guarded(remote.cancel()),
    forget: (clientId) => guarded(remote.forget(clientId)),
    predict: (inputs, adapter) => guarded(remote.predict(inputs, adapter)),
    write: (request, onText) => guarded(remote.write(request, proxy(onText))),
    measureFusion: (adapter) => guarded(remote.measureFusion(adapter)),
    measureRecognition: (adapter) => guarded(remote.measureRecognition(adapter)),
    stopAnswering: () => guarded(remote.stopAnswering()),
    predictTable: (request, onProgress) => guarded(remote.predictTable(request, proxy(onProgress))),
    close() {
      worker.terminate();
      endThreads();
      die("it was ended");
    },
  };
}
