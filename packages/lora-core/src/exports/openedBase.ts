/** A base in safetensors that is written anew: where its tensors lie, and their values with an adapter worked in, one tensor at a time. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { type Architecture, parseArchitecture } from "../architectures/modelConfig.ts";
import { findTensor } from "../architectures/requiredTensors.ts";
import { CONFIG_FILE, INDEX_FILE, WEIGHTS_FILE } from "../checkpoints/modelFileList.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { modelFormat } from "../checkpoints/modelFormat.ts";
import { readSafetensorsHeader, safetensorsDataStart, type TensorRange, tensorOf } from "../checkpoints/safetensors.ts";
import { parseShardIndex } from "../checkpoints/shardIndex.ts";
import { type WeightMerger, weightMerger } from "./mergedWeight.ts";
import { type BaseFile, type BaseFiles, readJson } from "./streamedFile.ts";

/** Where the tensors of a file lie. */
export interface BaseShard extends ReturnType<typeof readSafetensorsHeader> {
  readonly name: string;
}

export interface OpenedBase {
  /** What config.json says. */
  readonly config: ConfigJson;
  readonly architecture: Architecture;
  /** What the index of a base in several files says. */
  readonly index: object | null;
  readonly shards: readonly BaseShard[];
  readonly merger: WeightMerger;
}

/**
 * Reads the headers. `config` is the base's as the federation has it, with what config.json itself does not say.
 * @throws {ModelFolderError} for a base in another format; {SafetensorsError} for a damaged one.
 */
export async function openBase(base: BaseFiles, config: ConfigJson, update: PeftAdapter): Promise<OpenedBase> {
  const format = modelFormat(base.names);
  if (format.kind === "gguf") throw new ModelFolderError(["oneFile"]);
  const architecture = parseArchitecture(config);
  const index = format.kind === "shards" ? Object(await readJson(base, INDEX_FILE)) : null;
  const shards: BaseShard[] = [];
  for (const name of index ? parseShardIndex(index).files : [WEIGHTS_FILE])
    shards.push({ name, ...(await headerOf(await base.open(name))) });
  const names = shards.flatMap(({ ranges }) => ranges.map(({ key }) => key));
  const written = Object(await readJson(base, CONFIG_FILE));
  return { config: written, architecture, index, shards, merger: weightMerger(architecture, update, names) };
}

/** @throws {SafetensorsError} on any fault of it. */
async function headerOf(file: BaseFile): Promise<ReturnType<typeof readSafetensorsHeader>> {
  const dataStart = safetensorsDataStart(await file.slice(0, Math.min(8, file.bytes)));
  return readSafetensorsHeader(await file.slice(0, Math.min(dataStart, file.bytes)), file.bytes);
}

/** The bytes of a tensor as the base has them. */
export function rawTensor(
  file: BaseFile,
  { dataStart }: BaseShard,
  { begin, end }: TensorRange,
): Promise<Uint8Array<ArrayBuffer>> {
  return file.slice(dataStart + begin, dataStart + end);
}

/** Its values in 32 bits with the adapter's update, for whoever takes them. @throws {SafetensorsError} for a dtype that is not read. */
export function mergedValues(range: TensorRange, raw: Uint8Array<ArrayBuffer>, merger: WeightMerger): Float32Array<ArrayBuffer> {
  const values = new Float32Array(tensorOf(range, raw).data);
  merger.merge(range.key, values);
  return values;
}

/** Tensors by the names that the architecture has for them, whatever prefix the base's have; each read anew with every call. */
export type MergedTensors = (name: string) => Promise<Float32Array<ArrayBuffer>>;

/** For one pass: the file that was read last stays open. @throws {ModelFolderError} where the base lacks one that is asked for. */
export function mergedTensors(base: BaseFiles, { shards, merger }: OpenedBase): MergedTensors {
  let last: { readonly name: string; readonly file: BaseFile } | null = null;
  const stored = new Map(shards.flatMap((shard) => shard.ranges.map((range) => [range.key, { shard, range }] as const)));
  return async (name) => {
    const found = findTensor(stored, name);
    if (!found) throw new ModelFolderError(["baseLacks", name]);
    const { shard, range } = found;
    if (last?.name !== shard.name) last = { name: shard.name, file: await base.open(shard.name) };
    return mergedValues(range, await rawTensor(last.file, shard, range), merger);
  };
}
