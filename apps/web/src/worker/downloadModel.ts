/** Fetches a model folder with progress and refuses weights that are not the agreed ones. */
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { createSha256 } from "@duet/lora-core/checkpoints/sha256";
import type { ModelFiles } from "@duet/lora-core/training/trainingEngine";
import type { DownloadProgress, ModelSource } from "./tabEngine.ts";

/** A download that delivers nothing for this long has failed. */
const STALL_MS = 60_000;

/** @throws {Error} named ModelDownloadError: unreachable, stalled, or a SHA-256 other than `source.sha256`. */
export async function downloadModel(
  { folderUrl, sha256 }: ModelSource,
  onProgress: (progress: DownloadProgress) => void,
): Promise<ModelFiles> {
  const [config, tokenizer, weights] = await Promise.all([
    fetchJson(`${folderUrl}/config.json`),
    fetchJson(`${folderUrl}/tokenizer.json`),
    fetchChecked(`${folderUrl}/model.safetensors`, sha256, onProgress),
  ]);
  return { config, tokenizer, weights: readSafetensors(weights) };
}

async function fetchJson(url: string): Promise<unknown> {
  return (await fetchOk(url, AbortSignal.timeout(STALL_MS))).json();
}

async function fetchChecked(url: string, sha256: string, onProgress: (progress: DownloadProgress) => void) {
  const stall = new AbortController();
  const response = await fetchOk(url, stall.signal);
  const length = Number(response.headers.get("content-length"));
  const totalBytes = length > 0 && !response.headers.has("content-encoding") ? length : null;
  const hash = createSha256();
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const chunk of chunksOf(response, stall)) {
    hash.update(chunk);
    chunks.push(chunk);
    receivedBytes += chunk.byteLength;
    onProgress({ receivedBytes, totalBytes });
  }
  if (hash.hex() !== sha256) {
    throw failed("The base model's weights are not the ones this federation agreed on");
  }
  return joined(chunks, receivedBytes);
}

async function* chunksOf(response: Response, stall: AbortController): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const timer = setTimeout(() => stall.abort(), STALL_MS);
    try {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    } catch {
      throw failed("The download of the base model broke off");
    } finally {
      clearTimeout(timer);
    }
  }
}

async function fetchOk(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch(() => null);
  if (!response) throw failed(`The base model could not be fetched from ${url}`);
  if (!response.ok) throw failed(`The coordinator has no ${url} (HTTP ${response.status})`);
  return response;
}

function joined(chunks: readonly Uint8Array[], size: number): ArrayBuffer {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole.buffer;
}

/** Errors cross to the page by name and message only. */
function failed(message: string): Error {
  const error = new Error(message);
  error.name = "ModelDownloadError";
  return error;
}
