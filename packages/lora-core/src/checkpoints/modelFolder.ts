/** Finds out what a base model is from wherever its files lie beside each other: a folder, a hub, files somebody picked. */

import { z } from "zod";
import type { ModelSaying } from "../errors/modelSentences.ts";
import { DESCRIPTION_FILE, describedLayout, LAYOUT_FIELD } from "./describedLayout.ts";
import { ggufConfig } from "./gguf/ggufConfig.ts";
import { TruncatedGgufError } from "./gguf/ggufError.ts";
import { type GgufHeader, ROPE_FACTORS, readGgufHeader } from "./gguf/ggufHeader.ts";
import { huggingFaceName } from "./gguf/ggufTensors.ts";
import { ggufTokenizer } from "./gguf/ggufTokenizer.ts";
import { locateTensors } from "./gguf/locateTensors.ts";
import {
  CHAT_CONFIG_FILE,
  CONFIG_FILE,
  INDEX_FILE,
  MAX_CONFIG_BYTES,
  MAX_MODEL_FILES,
  type ModelFile,
  modelFile,
  OPTIONAL_FILES,
  tokenizerFile,
  VOCABULARY_FILE,
  WEIGHTS_FILE,
} from "./modelFileList.ts";
import { ModelFolderError } from "./modelFolderError.ts";
import { modelFormat } from "./modelFormat.ts";
import { isReadable, readSafetensorsHeader, safetensorsDataStart, unreadable } from "./safetensors.ts";
import { withSentenceSettings } from "./sentenceTransformers.ts";
import { joinShards, parseShardIndex } from "./shardIndex.ts";
import { tokenizerOfVocabulary } from "./wordPieceVocabulary.ts";

export interface ModelFolder {
  /** Also of files in folders within it, "1_Pooling/config.json", where it can tell. */
  readonly names: readonly string[];
  /** Size of a file. */
  bytesOf(name: string): number;
  /** The file, or as much of its beginning. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Lower-case hex. */
  sha256(name: string): Promise<string>;
}

/** What config.json of a base model says, with what files of sentence-transformers beside it say (sentenceTransformers.ts), and a description (describedLayout.ts). */
export type ConfigJson = Readonly<Record<string, unknown>>;

const MAX_DESCRIPTION_BYTES = 256 * 1024;
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;
/** Holds most headers of safetensors. */
const FIRST_BYTES = 256 * 1024;
/** A header holds the tokenizer: most fit in the first, all known ones in the last. */
const HEADER_BYTES = [2 ** 21, 2 ** 24, 2 ** 27];

/** How a tensor is stored, from a header. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Why its values cannot be read; null where they can. */
  readonly problem: ModelSaying | null;
}

/** What the headers and the small files of a model say. */
export interface InspectedFolder {
  /** Of the files that make the model; others are left out. */
  readonly names: readonly string[];
  /** What config.json says, or in a GGUF file would say. */
  readonly config: ConfigJson;
  /** Of a base with a description those that it is of; null where it has none. */
  readonly described: readonly ModelFile[] | null;
  /** What tokenizer.json says, or in a GGUF file would say. @throws {ModelFolderError} when it is not JSON. */
  tokenizer(): Promise<unknown>;
  /** By their names in safetensors; no data is read. @throws {SafetensorsError} or {ModelFolderError} for damaged or missing parts. */
  tensors(): Promise<ReadonlyMap<string, StoredTensor>>;
}

/**
 * The model's files with their hashes, and its config.json (of a GGUF file, what it would say). Other files are left out. Whether the
 * model can be loaded is asked by architectures/describeModel.ts.
 * @throws {ModelFolderError} when it is no model; {GgufError} or {SafetensorsError} when its header or index cannot be used.
 */
export async function describeModelFolder(folder: ModelFolder): Promise<{ files: ModelFile[]; config: ConfigJson }> {
  const { names, config } = await inspectModelFolder(folder);
  return { files: await hashedFiles(folder, names), config };
}

/** Sizes and hashes, which needs every byte of the files. */
export async function hashedFiles(folder: ModelFolder, names: readonly string[]): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  for (const path of names) files.push({ path, bytes: folder.bytesOf(path), sha256: await folder.sha256(path) });
  return files;
}

/** @throws {ModelFolderError} when it is no model; {GgufError} or {SafetensorsError} when its header or index cannot be used. */
export async function inspectModelFolder(folder: ModelFolder): Promise<InspectedFolder> {
  const beside = folder.names.filter((name) => !name.includes("/"));
  const format = modelFormat(beside);
  if (format.kind === "gguf") return inspectGguf(folder, format.file);
  const readBeside = async (name: string, maxBytes: number) =>
    folder.names.includes(name) ? readJson(folder, name, maxBytes) : null;
  const description = descriptionOf(await readBeside(DESCRIPTION_FILE, MAX_DESCRIPTION_BYTES));
  const config = {
    ...(await withSentenceSettings(objectOf(await readJson(folder, CONFIG_FILE, MAX_CONFIG_BYTES), CONFIG_FILE), readBeside)),
    ...(description ? { [LAYOUT_FIELD]: description.config[LAYOUT_FIELD] } : {}),
  };
  const index = format.kind === "whole" ? null : parseShardIndex(await readJson(folder, INDEX_FILE, MAX_INDEX_BYTES));
  const missing = index?.files.find((shard) => !folder.names.includes(shard));
  if (missing !== undefined) throw new ModelFolderError(["namedFileMissing", missing, INDEX_FILE]);
  const weights = index ? [INDEX_FILE, ...index.files] : [WEIGHTS_FILE];
  const tokenizer = tokenizerFile(beside);
  const names = [CONFIG_FILE, tokenizer, ...OPTIONAL_FILES.filter((name) => folder.names.includes(name)), ...weights];
  if (names.length > MAX_MODEL_FILES) {
    throw new ModelFolderError(["tooManyFiles", names.length, MAX_MODEL_FILES]);
  }
  return {
    names,
    config,
    described: description?.files ?? null,
    async tokenizer() {
      if (tokenizer !== VOCABULARY_FILE) return readJson(folder, tokenizer, MAX_TOKENIZER_BYTES);
      const vocabulary = new TextDecoder().decode(await folder.read(tokenizer, MAX_TOKENIZER_BYTES));
      return tokenizerOfVocabulary(vocabulary, await readBeside(CHAT_CONFIG_FILE, MAX_CONFIG_BYTES));
    },
    async tensors() {
      if (!index) return storedTensors(folder, WEIGHTS_FILE);
      const shards = new Map<string, ReadonlyMap<string, StoredTensor>>();
      for (const file of index.files) shards.set(file, await storedTensors(folder, file));
      return joinShards(index, shards);
    },
  };
}

/** A GGUF file's header says all there is. */
async function inspectGguf(folder: ModelFolder, file: string): Promise<InspectedFolder> {
  const header = await readHeader(folder, file);
  locateTensors(header, folder.bytesOf(file));
  const tokenizer = ggufTokenizer(header.metadata);
  const stored = header.tensors.filter(({ name }) => name !== ROPE_FACTORS);
  return {
    names: [file],
    config: ggufConfig(header),
    described: null,
    tokenizer: async () => tokenizer,
    tensors: async () => new Map(stored.map(({ name, shape }) => [huggingFaceName(name), { shape, problem: null }])),
  };
}

async function storedTensors(folder: ModelFolder, file: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const bytes = folder.bytesOf(file);
  const first = await folder.read(file, FIRST_BYTES);
  const dataStart = safetensorsDataStart(first);
  const beginning = dataStart > first.byteLength && first.byteLength < bytes ? await folder.read(file, dataStart) : first;
  const { ranges } = readSafetensorsHeader(beginning, bytes);
  return new Map(
    ranges.map(({ key, dtype, shape }) => [key, { shape, problem: isReadable(dtype) ? null : unreadable(key, dtype) }]),
  );
}

/** The header of a GGUF file, from as little of its beginning as holds it. */
async function readHeader(folder: ModelFolder, file: string): Promise<GgufHeader> {
  const bytes = folder.bytesOf(file);
  for (const size of HEADER_BYTES) {
    try {
      return readGgufHeader(await folder.read(file, size));
    } catch (error) {
      if (!(error instanceof TruncatedGgufError) || size >= bytes) throw error;
    }
  }
  throw new ModelFolderError(["headerTooLong", file, String(HEADER_BYTES.at(-1))]);
}

async function readJson(folder: ModelFolder, name: string, maxBytes: number): Promise<unknown> {
  if (folder.bytesOf(name) > maxBytes) throw new ModelFolderError(["fileTooLong", name, maxBytes]);
  try {
    return JSON.parse(new TextDecoder().decode(await folder.read(name, maxBytes)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ModelFolderError(["fileNotJson", name]);
    throw error;
  }
}

const baseDescription = z.object({
  files: z.array(modelFile),
  config: z.object({ [LAYOUT_FIELD]: describedLayout }),
});

/** What a client in Python said of the base; null where it said nothing. @throws {ModelFolderError} */
function descriptionOf(json: unknown): z.output<typeof baseDescription> | null {
  if (json === null) return null;
  const parsed = baseDescription.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".");
  throw new ModelFolderError(path ? ["saysUnsupported", DESCRIPTION_FILE, path] : ["holdsUnsupported", DESCRIPTION_FILE]);
}

function objectOf(json: unknown, name: string): ConfigJson {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new ModelFolderError(["fileNoObject", name]);
  return { ...json };
}
