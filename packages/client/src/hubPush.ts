/**
 * Files to a repository of a model hub, as one commit (@huggingface/hub). The token goes to the hub alone: it is in the headers of these
 * requests, and nowhere else. Imported when somebody pushes, and not before.
 */
import { hubError } from "@duet/lora-core/errors/hubError";
import type { HubSaying } from "@duet/lora-core/errors/hubSentences";
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

/** The address of the repository. @throws {DuetError} HUB_REFUSED where the hub does not take it, or is not reached. */
export async function pushToHub(
  files: readonly PushedFile[],
  title: string,
  { hub, repository, token: accessToken, isPrivate }: HubTarget,
): Promise<string> {
  const hubUrl = hub.replace(/\/$/, "");
  const repo = { type: "model", name: repository } as const;
  try {
    await createRepo({ repo, accessToken, hubUrl, visibility: isPrivate ? "private" : "public" }).catch(unlessThere);
    const uploaded = files.map(({ name: path, content }) => ({ path, content }));
    await uploadFiles({ repo, accessToken, hubUrl, files: uploaded, commitTitle: title });
  } catch (error) {
    throw hubError("HUB_REFUSED", sayingOf(error, hubUrl), { cause: error });
  }
  return `${hubUrl}/${repository}`;
}

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
