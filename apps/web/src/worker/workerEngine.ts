/** The training worker as the page sees it: the same interface, with every call failing when the worker dies. */
import { proxy, wrap } from "comlink";
import { WorkerDiedError } from "../services/failures.ts";
import type { TabEngine } from "./tabEngine.ts";

export interface WorkerEngine extends TabEngine {
  /** Ends the worker; pending calls reject with {@link WorkerDiedError}. */
  close(): void;
}

export function createWorkerEngine(): WorkerEngine {
  const worker = new Worker(new URL("./trainingWorker.ts", import.meta.url), { type: "module", name: "duet-training" });
  const remote = wrap<TabEngine>(worker);
  let die: (cause: string) => void = () => {};
  const death = new Promise<never>((_, reject) => {
    die = (cause) => reject(new WorkerDiedError(cause));
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
    readTable: (content, fileName) => guarded(remote.readTable(content, fileName)),
    labels: (answerColumn) => guarded(remote.labels(answerColumn)),
    connect: (request) => guarded(remote.connect(request)),
    connectRows: (rows, seed) => guarded(remote.connectRows(rows, seed)),
    prepare: (setup, split) => guarded(remote.prepare(setup, split)),
    runRound: (request, onProgress) => guarded(remote.runRound(request, proxy(onProgress))),
    checkpoint: () => guarded(remote.checkpoint()),
    restore: (checkpoint) => guarded(remote.restore(checkpoint)),
    cancel: () => guarded(remote.cancel()),
    predict: (inputs, adapter) => guarded(remote.predict(inputs, adapter)),
    write: (request, onText) => guarded(remote.write(request, proxy(onText))),
    measureFusion: (adapter) => guarded(remote.measureFusion(adapter)),
    stopAnswering: () => guarded(remote.stopAnswering()),
    predictTable: (request, onProgress) => guarded(remote.predictTable(request, proxy(onProgress))),
    close() {
      worker.terminate();
      die("it was ended");
    },
  };
}
