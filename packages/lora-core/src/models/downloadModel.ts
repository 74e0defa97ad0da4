/** A model from any server that has its files beside each other: the coordinator, or a hub. */
import { type DownloadProgress, download, ModelDownloadError } from "../checkpoints/resumableDownload.ts";
import { readSafetensors } from "../checkpoints/safetensors.ts";
import { joinShards, parseShardIndex } from "../checkpoints/shardIndex.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { ModelFiles } from "./modelFiles.ts";

const WHOLE = "model.safetensors";

export interface ModelServer {
  /** The address of a file, e.g. "config.json". */
  readonly urlOf: (file: string) => string;
  /** SHA-256 (hex) by the names of the files with weights, each of which must be there; null checks nothing. */
  readonly sha256: ReadonlyMap<string, string> | null;
  /** Fetches a file with weights; `download` where there is no cache. */
  readonly fetchWeights?: typeof download;
  /** Of the file with weights that is on its way. */
  readonly onProgress: (progress: DownloadProgress) => void;
}

/**
 * Downloads config.json, tokenizer.json and the weights, in one file or in shards.
 * @throws {ModelDownloadError} a file cannot be had or has another SHA-256.
 * @throws {SafetensorsError} for damaged weights.
 */
export async function downloadModel(server: ModelServer): Promise<ModelFiles> {
  const [config, tokenizer] = await Promise.all([fetchJson(server, "config.json"), fetchJson(server, "tokenizer.json")]);
  return { config, tokenizer, weights: await downloadWeights(server) };
}

async function downloadWeights(server: ModelServer): Promise<NamedTensors> {
  if (!server.sha256 || server.sha256.has(WHOLE)) {
    try {
      return await downloadTensors(server, WHOLE);
    } catch (error) {
      if (server.sha256 || !(error instanceof ModelDownloadError && error.status === 404)) throw error;
    }
  }
  const index = parseShardIndex(await fetchJson(server, `${WHOLE}.index.json`));
  const shards = new Map<string, NamedTensors>();
  for (const file of index.files) shards.set(file, await downloadTensors(server, file));
  return joinShards(index, shards);
}

async function downloadTensors({ urlOf, sha256, onProgress, fetchWeights = download }: ModelServer, file: string) {
  const expected = sha256 ? sha256.get(file) : null;
  if (expected === undefined) throw new ModelDownloadError(`No SHA-256 was agreed on for ${file}`, null);
  return readSafetensors(await fetchWeights(urlOf(file), { sha256: expected, onProgress }));
}

async function fetchJson({ urlOf }: ModelServer, file: string): Promise<unknown> {
  const bytes = await download(urlOf(file), { sha256: null, onProgress: () => {} });
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ModelDownloadError(`${urlOf(file)} is not JSON`, null);
  }
}
