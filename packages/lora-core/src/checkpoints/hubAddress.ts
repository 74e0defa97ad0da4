import { DuetError } from "../errors/duetError.ts";
import { modelFailure } from "../errors/modelSentences.ts";

/** Addresses of models on a Hugging Face hub, or on a server with its layout: `owner/name@revision:file`. */

/** Where addresses point to unless told otherwise. */
export const DEFAULT_HUB = "https://huggingface.co";

/** Where a hub lies and which model is meant. */
export interface HubAddress {
  readonly owner: string;
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The GGUF file that is meant where there are several; null where that is clear. */
  readonly file: string | null;
}

const PATTERN = /^(\w[\w.-]*)\/(\w[\w.-]*)(?:@(\w[\w./-]*))?(?::(\w[\w.-]*\.gguf))?$/i;

/** A text that is no model's address. */
export class HubAddressError extends DuetError {
  constructor(text: string) {
    super("HUB_ADDRESS", ...modelFailure(["notAnAddress", text]));
  }
}

/** `owner/name`, with or without `@revision` (main) and `:FILE.gguf`. @throws {HubAddressError} for anything else. */
export function parseHubAddress(text: string): HubAddress {
  const [, owner, name, revision = "main", file = null] = PATTERN.exec(text.trim()) ?? [];
  if (owner === undefined || name === undefined || revision.includes("..")) {
    throw new HubAddressError(text);
  }
  return { owner, name, revision, file };
}

/** The address of one of the model's files. `hub` is e.g. "https://hub.example.org". */
export function hubFileUrl(hub: string, { owner, name, revision }: Omit<HubAddress, "file">, file: string): string {
  return `${hub.replace(/\/+$/, "")}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/** The address at which a hub tells a revision's commit and files. */
export function hubRevisionUrl(hub: string, { owner, name, revision }: HubAddress): string {
  return `${hub.replace(/\/+$/, "")}/api/models/${owner}/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
}
