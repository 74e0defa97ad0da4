/** A model's folder in memory, which counts what is read of it. */
import type { ModelFolder } from "../modelFolder.ts";
import { sha256Of } from "../sha256.ts";

export interface MemoryFolder extends ModelFolder {
  /** Bytes given by `read`, by file. */
  readonly bytesRead: ReadonlyMap<string, number>;
}

/** Files by name: bytes, or what becomes JSON. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array | object>>): MemoryFolder {
  const contents = new Map(
    Object.entries(files).map(([name, content]): [string, Uint8Array] => [
      name,
      content instanceof Uint8Array ? new Uint8Array(content) : new TextEncoder().encode(JSON.stringify(content)),
    ]),
  );
  const bytesOf = (name: string) => contents.get(name) ?? new Uint8Array();
  const bytesRead = new Map<string, number>();
  return {
    bytesRead,
    names: [...contents.keys()],
    bytesOf: (name) => bytesOf(name).length,
    read: async (name, maxBytes) => {
      const start = bytesOf(name).subarray(0, maxBytes);
      bytesRead.set(name, (bytesRead.get(name) ?? 0) + start.length);
      return start;
    },
    sha256: async (name) => sha256Of(bytesOf(name)),
  };
}
