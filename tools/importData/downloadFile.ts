/** One file over HTTP onto the disk. What has arrived stays beside its place as `.part`, and the next call goes on from there. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SourceFile } from "./sources.ts";

/** "kept" when it is there already. @throws {Error} in one sentence, with the next step. */
export async function downloadFile(folder: string, file: SourceFile): Promise<"kept" | "downloaded"> {
  const path = join(folder, file.path);
  const part = `${path}.part`;
  if (existsSync(path)) {
    await verify(path, file);
    return "kept";
  }
  mkdirSync(dirname(path), { recursive: true });
  await receive(file, part);
  try {
    await verify(part, file);
  } catch (error) {
    rmSync(part);
    throw error;
  }
  renameSync(part, path);
  return "downloaded";
}

async function receive({ url, bytes }: SourceFile, part: string): Promise<void> {
  const held = existsSync(part) ? statSync(part).size : 0;
  if (held > 0 && held === bytes) return;
  const response = await fetch(url, held > 0 ? { headers: { range: `bytes=${held}-` } } : {}).catch(() => null);
  if (!response) throw new Error(`${url} cannot be reached. Check the connection and start again; what has arrived is kept.`);
  if (!response.ok || !response.body) throw new Error(`${url} cannot be had (HTTP ${response.status}).`);
  // A server that cannot go on from a place sends the whole.
  const file = await open(part, response.status === 206 ? "a" : "w");
  try {
    for await (const piece of response.body) await file.write(piece);
  } catch {
    throw new Error(`The download of ${url} broke off. Start again to go on; what has arrived is kept.`);
  } finally {
    await file.close();
  }
}

async function verify(path: string, { url, bytes, checksum }: SourceFile): Promise<void> {
  const found = statSync(path).size;
  if (bytes !== null && found !== bytes) {
    throw new Error(`${path} has ${found} bytes, but ${url} should have ${bytes}. Remove it and start again.`);
  }
  if (!checksum) return;
  const hash = createHash(checksum.algorithm);
  for await (const piece of createReadStream(path)) hash.update(piece);
  if (hash.digest("hex") === checksum.hex) return;
  throw new Error(
    `${path} is not the file that was expected of ${url}: its ${checksum.algorithm} differs. Remove it and start again.`,
  );
}
