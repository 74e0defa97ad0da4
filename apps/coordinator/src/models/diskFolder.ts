/** A model's files in a folder on this machine. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFolder } from "@duet/lora-core/checkpoints/modelFolder";

/** Looks only at files of these names. */
export async function openDiskFolder(folder: string, names: readonly string[]): Promise<ModelFolder> {
  const sizes = new Map<string, number>();
  for (const name of names) {
    const found = await stat(join(folder, name));
    if (found.isFile()) sizes.set(name, found.size);
  }
  return {
    names: [...sizes.keys()],
    bytesOf: (name) => sizes.get(name) ?? 0,
    async read(name, maxBytes) {
      const file = await open(join(folder, name));
      try {
        const bytes = new Uint8Array(Math.min(maxBytes, sizes.get(name) ?? 0));
        const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, 0);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async sha256(name) {
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk);
      return hash.digest("hex");
    },
  };
}
