/** What a page says of a worker that has ended, or stands still. */
import type { Saying } from "../sayings/saying.ts";

export const WORKER_SENTENCES = {
  exportStopped: (cause: string) => `The export worker stopped: ${cause}`,
  exportNotStarted: () => "The export worker could not be started",
  trainingStopped: (cause: string) => `The training worker stopped: ${cause}`,
  workerSilent: () => "The training worker has been silent for several minutes",
  notStarted: () => "it could not be started",
  messageUnread: () => "a message could not be read",
  stoodStill: () => "it stood still",
  wasEnded: () => "it was ended",
  stalled: (seconds: number, step: string) =>
    `The training worker has said nothing for ${seconds} seconds. It was to do this: ${step}`,
  findModel: () => "find the base model, or download it",
  toBackend: () => "put the model on the backend",
  askDevice: () => "ask this device what it can do",
  checkRows: () => "check and split your rows",
  lookForPersonal: () => "look for personal data in your rows",
  measureSpeed: () => "measure how fast this device trains",
  fetchSample: () => "fetch and split the sample",
  readKept: () => "read what this browser has kept",
  keepRows: () => "keep your rows on this device",
  readPicked: () => "read the files that you picked",
  findLabels: () => "find the labels in your file",
  readFile: (file: string) => `read ${file}`,
} as const;

export type WorkerSaying = Saying<typeof WORKER_SENTENCES>;
