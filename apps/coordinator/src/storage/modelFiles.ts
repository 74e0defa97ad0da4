/** The coordinator's state after a round as two files of tensors; written and read in threads. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import type { ServerState } from "@duet/lora-core/strategies/strategy";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { PRIVATE_FILE } from "./files.ts";
import { decodeStoredTensors, encodeStoredTensors } from "./storedTensors.ts";

interface OfModel<T> {
  /** The shared adapter. */
  readonly adapter: T;
  /** What else the method remembers, keys "<name>/<tensor>". */
  readonly memory: T;
}
export type ModelFiles = OfModel<string>;
export type ModelRefs = OfModel<BlobRef>;

/** Not synced: that is done when they are moved to their place. @throws a system error. */
export async function writeModelFiles({ adapter, memory }: ModelFiles, state: ServerState): Promise<ModelRefs> {
  return {
    memory: await writeTensorFile(memory, flatten(state.memory)),
    adapter: await writeTensorFile(adapter, state.shared),
  };
}

/** @throws a system error; StoredFormatError when a file is damaged or of a newer version. */
export async function readModelFiles({ adapter, memory }: ModelFiles): Promise<ServerState> {
  return { shared: await readTensorFile(adapter), memory: unflatten(await readTensorFile(memory)) };
}

async function writeTensorFile(path: string, tensors: NamedTensors): Promise<BlobRef> {
  const content = encodeStoredTensors(tensors);
  await writeFile(path, content, { mode: PRIVATE_FILE });
  return { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
}

async function readTensorFile(path: string): Promise<NamedTensors> {
  return decodeStoredTensors(await readFile(path), basename(path));
}

function flatten(memory: ServerState["memory"]): NamedTensors {
  return new Map(
    Object.entries(memory).flatMap(([name, tensors]) =>
      [...tensors].map(([key, tensor]): [string, HostTensor] => [`${name}/${key}`, tensor]),
    ),
  );
}

function unflatten(tensors: NamedTensors): ServerState["memory"] {
  const memory: Record<string, Map<string, HostTensor>> = {};
  for (const [path, tensor] of tensors) {
    const slash = path.indexOf("/");
    const name = path.slice(0, slash);
    memory[name] ??= new Map();
    memory[name].set(path.slice(slash + 1), tensor);
  }
  return memory;
}
