/** Secrets with which this coordinator signs: files of the data folder, also where the database is a server's. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, writeAtomically } from "./files.ts";

const BYTES = 32;
/** What each one signs. */
const SIGNED = { "link-key": "links", "session-key": "sessions" } as const;

/**
 * 32 random bytes, made at the first start. Without the file, or with another one, nothing that was signed before opens anything.
 * @throws {Error} with a sentence where it is damaged; a system error.
 */
export async function openSecretKey(dataDir: string, name: keyof typeof SIGNED): Promise<Uint8Array> {
  const path = join(dataDir, name);
  try {
    const key = await readFile(path);
    if (key.byteLength === BYTES) return key;
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    const key = randomBytes(BYTES);
    await writeAtomically(path, key);
    return key;
  }
  throw new Error(`"${path}" is damaged: bring it back from a back-up, or delete it, which ends all ${SIGNED[name]} made so far`);
}
