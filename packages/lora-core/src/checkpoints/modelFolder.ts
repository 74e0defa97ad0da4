/** Finds out what a base model is from wherever its files lie beside each other: a folder, a hub, files somebody picked. */
import { ggufConfig } from "./gguf/ggufConfig.ts";
import { TruncatedGgufError } from "./gguf/ggufError.ts";
import { type GgufHeader, readGgufHeader } from "./gguf/ggufHeader.ts";
import { ggufTokenizer } from "./gguf/ggufTokenizer.ts";
import {
  CONFIG_FILE,
  INDEX_FILE,
  MAX_MODEL_FILES,
  type ModelFile,
  ModelFolderError,
  modelFormat,
  OPTIONAL_FILES,
  TOKENIZER_FILE,
  WEIGHTS_FILE,
} from "./modelFileList.ts";
import { parseShardIndex } from "./shardIndex.ts";

export interface ModelFolder {
  readonly names: readonly string[];
  /** Size of a file. */
  bytesOf(name: string): number;
  /** The file, or as much of its beginning. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Lower-case hex. */
  sha256(name: string): Promise<string>;
}

/** What config.json of a base model says. */
export type ConfigJson = Readonly<Record<string, unknown>>;

export const MAX_CONFIG_BYTES = 64 * 1024;
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** A header holds the tokenizer: most fit in the first, all known ones in the last. */
const HEADER_BYTES = [2 ** 21, 2 ** 24, 2 ** 27];

/**
 * The model's files with their hashes, and its config.json (of a GGUF file, what it would say). Other files are left out.
 * @throws {ModelFolderError} when it is no model; {GgufError} or {SafetensorsError} when its header or index cannot be used.
 */
export async function describeModelFolder(folder: ModelFolder): Promise<{ files: ModelFile[]; config: ConfigJson }> {
  const format = modelFormat(folder.names);
  if (format.kind === "gguf") {
    const header = await readHeader(folder, format.file);
    // Refuses now what could not be used later.
    ggufTokenizer(header.metadata);
    return { files: [await fileOf(folder, format.file)], config: ggufConfig(header) };
  }
  const config = objectOf(await readJson(folder, CONFIG_FILE, MAX_CONFIG_BYTES), CONFIG_FILE);
  const shards = format.kind === "whole" ? [] : parseShardIndex(await readJson(folder, INDEX_FILE, MAX_INDEX_BYTES)).files;
  const weights = format.kind === "whole" ? [WEIGHTS_FILE] : [INDEX_FILE, ...shards];
  const missing = shards.find((shard) => !folder.names.includes(shard));
  if (missing !== undefined) throw new ModelFolderError(`This model has no ${missing}, which ${INDEX_FILE} names`);
  const names = [CONFIG_FILE, TOKENIZER_FILE, ...OPTIONAL_FILES.filter((name) => folder.names.includes(name)), ...weights];
  if (names.length > MAX_MODEL_FILES) {
    throw new ModelFolderError(`This model has ${names.length} files, at most ${MAX_MODEL_FILES} are supported`);
  }
  const files: ModelFile[] = [];
  for (const name of names) files.push(await fileOf(folder, name));
  return { files, config };
}

async function fileOf(folder: ModelFolder, path: string): Promise<ModelFile> {
  return { path, bytes: folder.bytesOf(path), sha256: await folder.sha256(path) };
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
  throw new ModelFolderError(`The header of ${file} has more than ${HEADER_BYTES.at(-1)} bytes`);
}

async function readJson(folder: ModelFolder, name: string, maxBytes: number): Promise<unknown> {
  if (folder.bytesOf(name) > maxBytes) throw new ModelFolderError(`${name} has more than ${maxBytes} bytes`);
  try {
    return JSON.parse(new TextDecoder().decode(await folder.read(name, maxBytes)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ModelFolderError(`${name} is not JSON`);
    throw error;
  }
}

function objectOf(json: unknown, name: string): ConfigJson {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new ModelFolderError(`${name} is not an object`);
  return { ...json };
}
