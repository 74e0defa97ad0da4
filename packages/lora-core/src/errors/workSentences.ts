/** What fails where a client computes. */
import type { Saying } from "../sayings/saying.ts";

export const WORK_SENTENCES = {
  journalUnfit: (found: string, wanted: string) => `What was kept of this round does not fit it: ${found} in place of ${wanted}`,
  training: () => "This client is training",
  keptUnreadable: () => "What this device kept of this client cannot be read",
  lossNotFinite: (step: number) => `The loss is not a number after step ${step}`,
  adapterNotFinite: () => "The adapter that was trained is not finite",
  otherGradients: (backend: string) => `The ${backend} backend cannot be used here: its gradients are not those of the processor`,
  workStopped: () => "The work was stopped",
  noNoise: (steps: number, epsilon: number) => `No noise makes ${steps} steps as private as an epsilon of ${epsilon} asks for`,
  budgetNotKept: () => "This device could not write down what was spent of the privacy budget",
  rowsGone: () => "The rows that were connected are no longer at hand",
  noLabels: () => "In a text task there are no labels to predict",
  cannotWrite: () => "This model compares texts and cannot write them",
  noneRight: () => "In a text task no row is right or wrong",
  sentUnknown: () => "What this client sent last is not known any more",
  noFusedYet: () => "There is no fused adapter before the last round",
  noRoom: (bytes: number) => `There is no room for ${bytes} bytes in the WebAssembly memory`,
  threadStopped: () => "A thread of the kernels has stopped in the middle of its work",
  kernelFailed: () => "A kernel failed in one of its threads",
  notALabel: (line: number, answer: string) => `Line ${line}: "${answer}" is not one of the labels`,
  checkpointLacks: (name: string) => `The checkpoint has no tensor ${name}`,
  checkpointShape: (name: string, shape: string, wanted: string) =>
    `The checkpoint's ${name} has shape [${shape}], config.json says [${wanted}]`,
  fileFieldUnsupported: (file: string, field: string) => `${file} cannot be used: ${field} is not supported`,
  templateUnusable: (reason: string) => `The model's chat template cannot be used: ${reason}`,
  answerLeftOut: () => "it leaves out the assistant's answer",
  sameTokens: (labels: string) => `Labels ${labels} cannot be told apart by their tokens`,
  backendMissing: (backend: string) => `The ${backend} backend cannot start here`,
  noFusedBefore: () => "There is no fused adapter before the fusing round",
  fusionNotFinite: () => "The fusion found no adapter with a finite loss",
  noMedicalSample: () => "The coordinator does not serve the medical sample data",
  writtenByNewer: () => "What this browser keeps was written by a newer version of Duet",
  noFile: () => "No file is connected",
  otherRows: () => "Other rows were connected",
  noRows: () => "No rows are connected",
  deviceLost: () => "The graphics device was lost.",
  deviceLostBy: (cause: string) => `The graphics device was lost (${cause}).`,
} as const;

export type WorkSaying = Saying<typeof WORK_SENTENCES>;
