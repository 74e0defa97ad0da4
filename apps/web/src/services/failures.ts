/** What went wrong, as one sentence for people and what they can do next. Codes are for programs. */
import type { ErrorCode } from "@duet/lora-core/protocol/errors";

/** A refusal or silence of the coordinator. */
export class CoordinatorError extends Error {
  constructor(
    readonly code: ErrorCode | "UNREACHABLE" | "TIMEOUT" | "BAD_REPLY",
    message: string,
  ) {
    super(message);
    this.name = "CoordinatorError";
  }
}

/** The training worker ended or went silent; everything in it is lost except the last checkpoint. */
export class WorkerDiedError extends Error {
  constructor(cause: string) {
    super(`The training worker stopped: ${cause}`);
    this.name = "WorkerDiedError";
  }
}

export interface FailureText {
  readonly sentence: string;
  readonly nextStep: string;
}

const NEXT_STEPS: Readonly<Record<CoordinatorError["code"], string>> = {
  INVALID_PAYLOAD: "Check the settings named above and try again.",
  VERSION_MISMATCH: "Reload this page to get the coordinator's version.",
  MODEL_MISMATCH: "Reload this page; if it stays, tell the organiser that the model on the coordinator has changed.",
  NOT_FOUND: "Ask the organiser for a new link.",
  NOT_READABLE: "Start a new federation. The coordinator keeps the files of this one for the version of Duet that made them.",
  FORBIDDEN: "Ask the organiser for the full link, including the part after #.",
  FEDERATION_FULL: "Ask the organiser to raise the number of clients, or watch instead.",
  FEDERATION_ENDED: "You can still look at its results, or start a new federation.",
  NOT_JOINED: "Reload this page to join again as the same client.",
  WRONG_ROUND: "Nothing to do: this tab goes on with the round that is open.",
  INVALID_ADAPTER: "Reload this page; the tab restarts from its last checkpoint.",
  RATE_LIMITED: "Wait a few seconds and try again.",
  STORAGE_FAILED: "Ask the organiser to free disk space on the coordinator.",
  INTERNAL: "Try again; if it stays, ask the organiser to look at the coordinator's log.",
  UNREACHABLE: "Check the network; this tab keeps trying and goes on by itself.",
  TIMEOUT: "Check the network; this tab keeps trying and goes on by itself.",
  BAD_REPLY: "Reload this page to get the coordinator's version.",
};

/** After errors about a base model, by their names. */
const MODEL_STEPS: ReadonlyMap<string, string> = new Map([
  ["ModelDownloadError", "Check the address and the network, then try the download again."],
  ["HubAddressError", "Correct the address and look it up again."],
  ["ModelFolderError", "Choose another model, or all of its files together."],
  ["UnsupportedModelError", "Choose a model of the Llama, Qwen2, Qwen3 or GPT-2 family."],
  ["GgufError", "Choose another GGUF file, or the model as safetensors."],
  ["SafetensorsError", "Choose another copy of the model; this one is damaged or of another kind."],
  ["WrongFileError", "Ask the organiser which file it is, and choose that one."],
]);

/** Turns anything thrown into words. */
export function explain(error: unknown): FailureText {
  const message = error instanceof Error ? error.message : String(error);
  return { sentence: sentence(message), nextStep: nextStepAfter(error, message) };
}

function nextStepAfter(error: unknown, message: string): string {
  if (error instanceof CoordinatorError) return NEXT_STEPS[error.code];
  if (error instanceof WorkerDiedError) {
    return "Reload this page: it comes back as the same client, from its last finished round.";
  }
  // What the worker throws arrives with its name and message only.
  if (error instanceof Error) {
    const step = MODEL_STEPS.get(error.name);
    if (step) return step;
  }
  if (/not finite|NaN/i.test(message)) return "The learning rate is probably too high for this data: tell the organiser.";
  if (/memory|allocat/i.test(message)) {
    return "Close other tabs and reload; a federation with a smaller batch needs less memory.";
  }
  return "Reload this page: it comes back as the same client.";
}

/** True when waiting and trying again can help. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof CoordinatorError &&
    (error.code === "UNREACHABLE" || error.code === "TIMEOUT" || error.code === "RATE_LIMITED" || error.code === "NOT_JOINED")
  );
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
