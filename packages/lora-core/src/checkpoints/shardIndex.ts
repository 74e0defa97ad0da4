/** model.safetensors.index.json: which file has which tensor of a checkpoint in several files. */
import { z } from "zod";
import { SafetensorsError } from "./safetensors.ts";

const MAX_SHARDS = 1000;

/** Names of files beside the index; a name with a path is refused. */
const shardIndex = z.object({ weight_map: z.record(z.string(), z.string().regex(/^\w[\w.-]*\.safetensors$/)) });

export interface ShardIndex {
  /** File names, each once, in alphabetical order. */
  readonly files: readonly string[];
  /** File name by tensor name. */
  readonly fileOf: ReadonlyMap<string, string>;
}

/** @throws {SafetensorsError} when it is not an index. */
export function parseShardIndex(json: unknown): ShardIndex {
  const parsed = shardIndex.safeParse(json);
  if (!parsed.success) throw new SafetensorsError(["indexInvalid", String(parsed.error.issues[0]?.path.join("."))]);
  const fileOf = new Map(Object.entries(parsed.data.weight_map));
  const files = [...new Set(fileOf.values())].sort();
  if (files.length === 0 || files.length > MAX_SHARDS) throw new SafetensorsError(["indexNames", files.length]);
  return { files, fileOf };
}

/** The tensors of all files, in the order of the files. @throws {SafetensorsError} when files and index do not agree. */
export function joinShards<Tensor>(
  { files, fileOf }: ShardIndex,
  shards: ReadonlyMap<string, ReadonlyMap<string, Tensor>>,
): ReadonlyMap<string, Tensor> {
  const joined = new Map(files.flatMap((file) => [...(shards.get(file) ?? [])]));
  for (const [file, tensors] of shards) {
    for (const key of tensors.keys()) {
      if (fileOf.get(key) !== file) throw new SafetensorsError(["tensorNotInIndex", file, key]);
    }
  }
  for (const [key, file] of fileOf) {
    if (!joined.has(key)) throw new SafetensorsError(["tensorOnlyInIndex", file, key]);
  }
  return joined;
}
