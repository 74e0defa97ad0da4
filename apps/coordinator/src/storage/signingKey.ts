/** What sessions are signed with: in the data folder, so that they outlive a restart. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, writeAtomically } from "./files.ts";

const BYTES = 32;

/** Made where there is none, or only a damaged one. @throws a system error. */
export async function signingKeyIn(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, "session-key");
  const kept = await readFile(path).catch((error) => {
    if (isSystemError(error) && error.code === "ENOENT") return null;
    throw error;
  });
  if (kept?.length === BYTES) return kept;
  const made = randomBytes(BYTES);
  await writeAtomically(path, made);
  return made;
}
