/** The tiles that were measured on this machine's GPU, in a file of the client's folder. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TileMemory } from "@duet/lora-engine/ops/webgpu/measureTiles";

/** Where there is none, or one that is not JSON, nothing is kept. */
export function tileFile(folder: string): TileMemory {
  const path = join(folder, "tiles.json");
  const all = async (): Promise<Record<string, unknown>> => {
    const kept: unknown = await readFile(path, "utf8")
      .then(JSON.parse)
      .catch(() => null);
    return typeof kept === "object" && kept !== null ? { ...kept } : {};
  };
  return {
    read: async (key) => (await all())[key],
    async write(key, value) {
      await mkdir(folder, { recursive: true });
      await writeFile(path, `${JSON.stringify({ ...(await all()), [key]: value }, null, 2)}\n`);
    },
  };
}
