/**
 * Files to a repository of a model hub, as one commit (@huggingface/hub). The token goes to the hub alone: it is in the headers of these
 * requests, and nowhere else. Imported when somebody pushes, and not before.
 */
import { hubError } from "@duet/lora-core/errors/hubError";
import type { HubSaying } from "@duet/lora-core/errors/hubSentences";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { createRepo, HubApiError, uploadFiles } from "@huggingface/hub";

export interface HubTarget {
  /** Address of the hub: "https://huggingface.co". */
  readonly hub: string;
  /** "owner/name"; made where it is not there. */
  readonly repository: string;
  /** One that may write. */
  readonly token: string;
  /** Of a repository that is made. */
  readonly isPrivate: boolean;
}

export interface PushedFile {
  /** With its folders, "onnx/model.onnx". */
  readonly name: string;
  readonly content: Blob;
}

/** The address of the repository. @throws {DuetError} HUB_REFUSED where the hub does not take it, is not reached, or it was given up. */
export async function pushToHub(
  files: readonly PushedFile[],
  title: string,
  { hub, repository, token: accessToken, isPrivate }: HubTarget,
  giveUp = new AbortController().signal,
): Promise<string> {
  const hubUrl = hub.replace(/\/$/, "");
  const repo = { type: "model", name: repository } as const;
  try {
    const visibility = isPrivate ? "private" : "public";
    await createRepo({ repo, accessToken, hubUrl, visibility, fetch: answeredInTime(giveUp) }).catch(unlessThere);
    const uploaded = files.map(({ name: path, content }) => ({ path, content }));
    await uploadFiles({ repo, accessToken, hubUrl, files: uploaded, commitTitle: title, abortSignal: giveUp });
  } catch (error) {
    throw hubError("HUB_REFUSED", sayingOf(error, hubUrl), { cause: error });
  }
  return `${hubUrl}/${repository}`;
}

/** A repository is made at once; how long files take, their size says. */
const answeredInTime =
  (giveUp: AbortSignal): typeof fetch =>
  (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.any([giveUp, AbortSignal.timeout(ACK_TIMEOUT_MS)]) });

const [UNAUTHORIZED, FORBIDDEN, CONFLICT] = [401, 403, 409] as const;

function unlessThere(error: unknown): void {
  if (!(error instanceof HubApiError && error.statusCode === CONFLICT)) throw error;
}

function sayingOf(error: unknown, hub: string): HubSaying {
  if (!(error instanceof HubApiError)) return ["hubAway", hub];
  if (error.statusCode === UNAUTHORIZED) return ["unknownToken", hub];
  if (error.statusCode === FORBIDDEN) return ["mayNotWrite", hub];
  return ["filesNotTaken", hub, error.statusCode];
}
