/**
 * Files to a repository of a model hub, as one commit (@huggingface/hub). The token goes to the hub alone: it is in the headers of these
 * requests, and nowhere else. Imported when somebody pushes, and not before.
 */
import { STALL_MS, type StallSignal, stallSignal } from "@duet/lora-core/checkpoints/stallSignal";
import { hubError } from "@duet/lora-core/errors/hubError";
import type { HubSaying } from "@duet/lora-core/errors/hubSentences";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { createRepo, HubApiError, uploadFilesWithProgress } from "@huggingface/hub";

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
  stallMs = STALL_MS,
): Promise<string> {
  const hubUrl = hub.replace(/\/$/, "");
  const stall = stallSignal(stallMs);
  const repo = { type: "model", name: repository } as const;
  try {
    const visibility = isPrivate ? "private" : "public";
    await createRepo({ repo, accessToken, hubUrl, visibility, fetch: answeredInTime(giveUp) }).catch(unlessThere);
    stall.touch();
    const uploaded = files.map(({ name: path, content }) => ({ path, content }));
    const abortSignal = AbortSignal.any([giveUp, stall.signal]);
    const steps = uploadFilesWithProgress({ repo, accessToken, hubUrl, files: uploaded, commitTitle: title, abortSignal });
    await whileItMoves(steps, abortSignal, stall);
  } catch (error) {
    const saying: HubSaying = stall.signal.aborted ? ["hubSilent", hubUrl] : sayingOf(error, hubUrl);
    throw hubError("HUB_REFUSED", saying, { cause: error });
  } finally {
    stall.stop();
  }
  return `${hubUrl}/${repository}`;
}

/** Through all steps, each of which is progress: in a browser also parts of a file that left. Rejects once it is aborted: not all requests of the library heed that. */
async function whileItMoves(
  steps: AsyncIterator<unknown>,
  aborted: AbortSignal,
  { touch }: Pick<StallSignal, "touch">,
): Promise<void> {
  const over = new Promise<never>((_, reject) => aborted.addEventListener("abort", () => reject(aborted.reason)));
  aborted.throwIfAborted();
  while (!(await Promise.race([steps.next(), over])).done) touch();
}

/** A repository is made at once; files take as long as they move. */
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
