/** Addresses of models on a Hugging Face hub, or on a server with its layout: `owner/name@revision`. */

/** Where addresses point to unless told otherwise. */
export const DEFAULT_HUB = "https://huggingface.co";

/** Where a hub lies and which model is meant. */
export interface HubAddress {
  readonly owner: string;
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** A text that is no model's address. */
export class HubAddressError extends Error {
  constructor(text: string) {
    super(`"${text}" is not a model's address, which looks like owner/name or owner/name@revision`);
    this.name = "HubAddressError";
  }
}

/** `owner/name` or `owner/name@revision`; without a revision, main. @throws {HubAddressError} for anything else. */
export function parseHubAddress(text: string): HubAddress {
  const [, owner, name, revision = "main"] = /^(\w[\w.-]*)\/(\w[\w.-]*)(?:@(\w[\w./-]*))?$/.exec(text.trim()) ?? [];
  if (owner === undefined || name === undefined || revision.includes("..")) {
    throw new HubAddressError(text);
  }
  return { owner, name, revision };
}

/** The address of one of the model's files. `hub` is e.g. "https://hub.example.org". */
export function hubFileUrl(hub: string, { owner, name, revision }: HubAddress, file: string): string {
  return `${hub.replace(/\/+$/, "")}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/** The address at which a hub tells a revision's commit and files. */
export function hubRevisionUrl(hub: string, { owner, name, revision }: HubAddress): string {
  return `${hub.replace(/\/+$/, "")}/api/models/${owner}/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
}
