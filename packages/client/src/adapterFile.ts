/** The shared adapters that a coordinator keeps of a federation's closed rounds, for everyone who may watch. */

import { download, ModelDownloadError } from "@duet/lora-core/checkpoints/resumableDownload";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { workError } from "@duet/lora-core/errors/workError";
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";

/**
 * The adapter after a round, or the one that the federation started from. `baseUrl` is where the coordinator serves files; `token` watches or invites.
 * @throws {DuetError} ADAPTER_MISSING when the coordinator has none to give, MODEL_DOWNLOAD when the connection breaks for good.
 */
export async function adapterFile(
  baseUrl: string,
  federationId: string,
  round: number | "initial",
  token: string,
): Promise<NamedTensors> {
  const address = `${baseUrl}federations/${federationId}/adapters/${round}.safetensors`;
  try {
    const headers = { [WATCH_TOKEN_HEADER]: token };
    return readSafetensors(await download(address, { sha256: null, headers, onProgress: () => {} }));
  } catch (error) {
    if (!(error instanceof ModelDownloadError) || error.status === null) throw error;
    const said = round === "initial" ? "noInitialAdapter" : "noRoundAdapter";
    throw workError("ADAPTER_MISSING", [said, error.status], { cause: error });
  }
}
