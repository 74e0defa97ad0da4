/** Files of base models, kept once per state folder under their SHA-256. */
import { join } from "node:path";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { ObtainedFile } from "@duet/lora-engine/models/loadBase";
import { readPrivateFile, writePrivateFile } from "../state/privateFile.ts";

/** From the folder, or from `download` and then kept. A damaged one is replaced. @throws what `download` throws. */
export async function weightFile(
  folder: string,
  sha256: string,
  download: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<ObtainedFile> {
  const path = join(folder, "models", sha256);
  const known = readPrivateFile(path);
  if (known && sha256Of(known) === sha256) return { bytes: new Uint8Array(known), kept: true };
  const bytes = await download();
  try {
    writePrivateFile(path, bytes);
    return { bytes, kept: true };
  } catch {
    // A full disk is said by what needs it: without the base kept everything goes on.
    return { bytes, kept: false };
  }
}
