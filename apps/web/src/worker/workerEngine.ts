/**
 * The training worker as the page sees it: the same interface, with every call failing when the worker dies. The steps of its start, and
 * what reads data, have deadlines, which the page keeps: a worker that stands still fires no timers.
 */

import { createWatchdog } from "@duet/client/watchdog";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { workerError } from "@duet/lora-core/errors/workerError";
import type { WorkerSaying } from "@duet/lora-core/errors/workerSentences";
import type { Told } from "@duet/lora-core/sayings/saying";
import { servePageThreads } from "@duet/lora-engine/kernels/webThreads";
import { proxy, wrap } from "comlink";
import { keepErrorCodes } from "./errorTransfer.ts";
import type { RemoteEngine, TabEngine, WorkerBeginning } from "./tabEngine.ts";

keepErrorCodes();

/** Seconds that a step may take without a word; loading a base says each piece that has come, and measuring each step. */
const ASKING_SECONDS = 60;
const LOADING_SECONDS = 120;
/** A hub's answers have deadlines of their own, each with repetitions; they end first. */
const LOOKING_UP_SECONDS = 600;
/** 100 MB take a few of them. */
const READING_SECONDS = 180;

export interface WorkerOptions {
  /** Where the coordinator's files are. */
  readonly baseUrl: string;
  /** Null for as many as there are cores. */
  readonly mostThreads: number | null;
  /** Called once when every further call would fail. */
  readonly onEnd: () => void;
}

/**
 * Starts the worker. After `close`, or when it dies, every call rejects with WORKER_DIED; a step of the start that takes too long ends it
 * and rejects with START_STALLED.
 */
export function createWorkerEngine({ baseUrl, mostThreads, onEnd }: WorkerOptions): TabEngine {
  const worker = new Worker(new URL("./trainingWorker.ts", import.meta.url), { type: "module", name: "duet-training" });
  const { port1, port2: threads } = new MessageChannel();
  const endThreads = servePageThreads(port1);
  worker.postMessage({ baseUrl, threads, mostThreads } satisfies WorkerBeginning, [threads]);
  const remote = wrap<RemoteEngine>(worker);
  let die: (cause: string | WorkerSaying) => void = () => {};
  const death = new Promise<never>((_, reject) => {
    die = (cause) => {
      worker.terminate();
      endThreads();
      onEnd();
      reject(workerError("WORKER_DIED", ["trainingStopped", cause as string | Told]));
    };
  });
  death.catch(() => {});
  worker.onerror = (event) => die(event.message || ["notStarted"]);
  worker.onmessageerror = () => die(["messageUnread"]);
  const guarded = <T>(call: Promise<T>): Promise<T> => Promise.race([call, death]);
  /** `step` says what it was to do. */
  const inTime = <T>(seconds: number, step: () => WorkerSaying, call: (touch: () => void) => Promise<T>): Promise<T> => {
    const stalled = () => workerError("START_STALLED", ["stalled", seconds, step() as Told]);
    const watchdog = createWatchdog(1000 * seconds, stalled);
    watchdog.expired.catch(() => die(["stoodStill"]));
    return Promise.race([watchdog.expired, guarded(call(watchdog.touch))]).finally(watchdog.stop);
  };

  return {
    openModel(model, hub, backend, onProgress) {
      let step: WorkerSaying = ["findModel"];
      return inTime(
        LOADING_SECONDS,
        () => step,
        (touch) => {
          const report = (progress: DownloadProgress) => {
            touch();
            if (progress.receivedBytes === progress.totalBytes) step = ["toBackend"];
            onProgress(progress);
          };
          return remote.openModel(model, hub, backend, proxy(report));
        },
      );
    },
    deviceLimits: (backend) =>
      inTime(
        ASKING_SECONDS,
        () => ["askDevice"],
        () => remote.deviceLimits(backend),
      ),
    describeHubModel: (address, hub) =>
      inTime(
        LOOKING_UP_SECONDS,
        () => ["findModel"],
        () => remote.describeHubModel(address, hub),
      ),
    describePickedModel: (files, name, onProgress) =>
      inTime(
        READING_SECONDS,
        () => ["readPicked"],
        (touch) => remote.describePickedModel(files, name, proxy(touching(touch, onProgress))),
      ),
    missingModelFiles: (model) =>
      inTime(
        ASKING_SECONDS,
        () => ["readKept"],
        () => remote.missingModelFiles(model),
      ),
    provideModelFiles: (model, files, onProgress) =>
      inTime(
        READING_SECONDS,
        () => ["readPicked"],
        (touch) => remote.provideModelFiles(model, files, proxy(touching(touch, onProgress))),
      ),
    readTable: (content, fileName, options, labels) =>
      inTime(
        READING_SECONDS,
        () => ["readFile", fileName],
        () => remote.readTable(content, fileName, options, labels),
      ),
    labels: (answerColumn) =>
      inTime(
        ASKING_SECONDS,
        () => ["findLabels"],
        () => remote.labels(answerColumn),
      ),
    labelsOfFile: (content, fileName) =>
      inTime(
        READING_SECONDS,
        () => ["readFile", fileName],
        () => remote.labelsOfFile(content, fileName),
      ),
    connect: (request, onProgress) =>
      inTime(
        READING_SECONDS,
        () => ["checkRows"],
        (touch) => remote.connect(request, proxy(touching(touch, onProgress))),
      ),
    personalData: (onProgress) =>
      inTime(
        READING_SECONDS,
        () => ["lookForPersonal"],
        (touch) => remote.personalData(proxy(touching(touch, onProgress))),
      ),
    rowsAsRead: (model, hub, maxTokens) => guarded(remote.rowsAsRead(model, hub, maxTokens)),
    measureSpeed: (rows, setup, onStep) =>
      inTime(
        LOADING_SECONDS,
        () => ["measureSpeed"],
        (touch) =>
          remote.measureSpeed(
            rows,
            setup,
            proxy(() => {
              touch();
              onStep();
            }),
          ),
      ),
    rejectedRows: (words, say) => guarded(remote.rejectedRows(words, proxy(say))),
    connectSample: (id, share, seed) =>
      inTime(
        READING_SECONDS,
        () => ["fetchSample"],
        () => remote.connectSample(id, share, seed),
      ),
    recall: (clientId) =>
      inTime(
        ASKING_SECONDS,
        () => ["readKept"],
        () => remote.recall(clientId),
      ),
    begin: (request) => guarded(remote.begin(request)),
    keepAs: (clientId) =>
      inTime(
        ASKING_SECONDS,
        () => ["keepRows"],
        () => remote.keepAs(clientId),
      ),
    runRound(key, request, onProgress, onBegun, lead = null) {
      const plain = lead && { scope: lead.scope, every: lead.every };
      return guarded(remote.runRound(key, request, proxy(onProgress), proxy(onBegun), plain, lead && proxy(lead)));
    },
    help: (order, state, averages, onStep) => guarded(remote.help(order, state, proxy(averages), proxy(onStep))),
    adopt: (clientId, kept) => guarded(remote.adopt(clientId, kept)),
    rowStatistics: () => guarded(remote.rowStatistics()),
    answerSum: (request) => guarded(remote.answerSum(request)),
    confirmSubmitted: (key) => guarded(remote.confirmSubmitted(key)),
    cancel: () => guarded(remote.cancel()),
    forget: (clientId) => guarded(remote.forget(clientId)),
    samples: (clientId) => guarded(remote.samples(clientId)),
    forgetParts: (clientId, parts) => guarded(remote.forgetParts(clientId, parts)),
    predict: (inputs, adapter) => guarded(remote.predict(inputs, adapter)),
    write: (request, onText) => guarded(remote.write(request, proxy(onText))),
    measureFusion: (adapter) => guarded(remote.measureFusion(adapter)),
    mistakenRows: (adapter) => guarded(remote.mistakenRows(adapter)),
    measureRecognition: (where, onProgress) => guarded(remote.measureRecognition(where, onProgress && proxy(onProgress))),
    stopAnswering: () => guarded(remote.stopAnswering()),
    predictTable: (request, onProgress) => guarded(remote.predictTable(request, proxy(onProgress))),
    close: () => die(["wasEnded"]),
  };
}

/** Tells how far it is, and that it goes on. */
const touching =
  <T>(touch: () => void, onProgress: (progress: T) => void) =>
  (progress: T): void => {
    touch();
    onProgress(progress);
  };
