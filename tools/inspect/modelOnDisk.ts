/** What a model's files on disk say of it; of safetensors only the headers are read. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { blockFormats } from "@duet/lora-core/checkpoints/gguf/blockFormats";
import { readGgufHeader } from "@duet/lora-core/checkpoints/gguf/ggufHeader";
import { readSafetensorsHeader } from "@duet/lora-core/checkpoints/safetensors";
import { parseShardIndex } from "@duet/lora-core/checkpoints/shardIndex";
import { readGgufModel } from "@duet/lora-engine/models/readGgufModel";

/** Values stored in one format. */
export interface StoredAs {
  readonly format: string;
  readonly tensors: number;
  readonly values: number;
}

export interface ModelOnDisk {
  readonly path: string;
  readonly config: unknown;
  readonly tokenizer: unknown;
  readonly hasChatTemplate: boolean;
  /** Bytes of the files with weights. */
  readonly fileBytes: number;
  /** Most values first. */
  readonly storedAs: readonly StoredAs[];
}

/**
 * A folder in the Hugging Face layout, a .gguf file, or the name of a folder in `modelsFolder`.
 * @throws {Error} when there is no such model, or its files cannot be used.
 */
export function readModelOnDisk(model: string, modelsFolder: string): ModelOnDisk {
  const path = [model, join(modelsFolder, model)].find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`There is no model ${model}: give a folder, a .gguf file, or a name in models/`);
  return statSync(path).isDirectory() ? readFolder(path) : readGgufFile(path);
}

function readGgufFile(path: string): ModelOnDisk {
  const bytes = readFileSync(path);
  const { config, tokenizer } = readGgufModel(bytes);
  const { tensors, metadata } = readGgufHeader(bytes);
  return {
    path,
    config,
    tokenizer,
    hasChatTemplate: metadata.has("tokenizer.chat_template"),
    fileBytes: bytes.length,
    storedAs: storedAs(tensors.map(({ type, shape }) => ({ format: blockFormats.get(type)?.name ?? `type ${type}`, shape }))),
  };
}

function readFolder(path: string): ModelOnDisk {
  const json = (name: string): unknown => JSON.parse(readFileSync(fileIn(path, name), "utf8"));
  const index = "model.safetensors.index.json";
  const whole = existsSync(join(path, "model.safetensors")) || !existsSync(join(path, index));
  const files = whole ? ["model.safetensors"] : parseShardIndex(json(index)).files;
  const headers = files.map((file) => readWeightsHeader(fileIn(path, file)));
  return {
    path,
    config: json("config.json"),
    tokenizer: json("tokenizer.json"),
    hasChatTemplate: hasChatTemplate(path),
    fileBytes: headers.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
    storedAs: storedAs(headers.flatMap(({ ranges }) => ranges.map(({ dtype, shape }) => ({ format: dtype, shape })))),
  };
}

function fileIn(folder: string, name: string): string {
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${folder} is not a model: it has no ${name}`);
  return path;
}

function readWeightsHeader(path: string) {
  const file = openSync(path, "r");
  try {
    const fileBytes = fstatSync(file).size;
    const length = new Uint8Array(8);
    readSync(file, length, 0, length.length, 0);
    const headerBytes = Number(new DataView(length.buffer).getBigUint64(0, true));
    const beginning = new Uint8Array(Math.min(fileBytes, length.length + headerBytes));
    readSync(file, beginning, 0, beginning.length, 0);
    return { ...readSafetensorsHeader(beginning, fileBytes), fileBytes };
  } finally {
    closeSync(file);
  }
}

function hasChatTemplate(folder: string): boolean {
  if (existsSync(join(folder, "chat_template.jinja"))) return true;
  const path = join(folder, "tokenizer_config.json");
  if (!existsSync(path)) return false;
  const json: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof json === "object" && json !== null && "chat_template" in json && Boolean(json.chat_template);
}

function storedAs(tensors: readonly { readonly format: string; readonly shape: readonly number[] }[]): readonly StoredAs[] {
  const formats = new Map<string, StoredAs>();
  for (const { format, shape } of tensors) {
    const { tensors: count, values } = formats.get(format) ?? { tensors: 0, values: 0 };
    const size = shape.reduce((product, extent) => product * extent, 1);
    formats.set(format, { format, tensors: count + 1, values: values + size });
  }
  return [...formats.values()].sort((a, b) => b.values - a.values);
}
