/** Secrets of this coordinator: files of the data folder, or of a folder that several nodes read; never in the database. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, writeAtomically } from "./files.ts";

const BYTES = 32;
/** What ends with each one. */
const SIGNED = {
  "link-key": "all links",
  "session-key": "all sessions",
  "node-key": "what nodes pass on to each other",
} as const;

/**
 * 32 random bytes, made at the first start in a folder that is this coordinator's alone. Without the file, or with another one, nothing that
 * was signed before opens anything.
 * @throws {Error} with a sentence where it is damaged, or missing in a folder that is shared; a system error.
 */
export async function openSecretKey(folder: string, name: keyof typeof SIGNED, isShared = false): Promise<Uint8Array> {
  const path = join(folder, name);
  try {
    const key = await readFile(path);
    if (key.byteLength === BYTES) return key;
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    if (isShared)
      throw new Error(`There is no "${path}": make it once, the same for all nodes, with head -c ${BYTES} /dev/urandom`);
    const key = randomBytes(BYTES);
    await writeAtomically(path, key);
    return key;
  }
  throw new Error(`"${path}" is damaged: bring it back from a back-up, or delete it, which ends ${SIGNED[name]} made so far`);
}
