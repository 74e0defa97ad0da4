/**
 * Files to a repository of a model hub, as one commit (@huggingface/hub). The token goes to the hub alone: it is in the headers of these
 * requests, and nowhere else. Imported when somebody pushes, and not before.
 */
import { DuetError } from "@duet/lora-core/errors/duetError";
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
    throw new DuetError("HUB_REFUSED", wordsOf(error, hubUrl), { cause: error });
  }
  return `${hubUrl}/${repository}`;
}

const [UNAUTHORIZED, FORBIDDEN, CONFLICT] = [401, 403, 409] as const;

function unlessThere(error: unknown): void {
  if (!(error instanceof HubApiError && error.statusCode === CONFLICT)) throw error;
}

function wordsOf(error: unknown, hub: string): string {
  if (!(error instanceof HubApiError)) return `${hub} could not be reached, or its answer not understood`;
  if (error.statusCode === UNAUTHORIZED) return `${hub} does not know this token`;
  if (error.statusCode === FORBIDDEN) return `${hub} does not let this token write there`;
  return `${hub} did not take the files (${error.statusCode})`;
}
