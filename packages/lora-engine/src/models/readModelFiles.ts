/** A base model in host memory from its files, wherever they come from. */
import {
  CHAT_CONFIG_FILE,
  CHAT_TEMPLATE_FILE,
  CONFIG_FILE,
  GENERATION_FILE,
  INDEX_FILE,
  tokenizerFile,
  VOCABULARY_FILE,
  WEIGHTS_FILE,
} from "@duet/lora-core/checkpoints/modelFileList";
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import { modelFormat } from "@duet/lora-core/checkpoints/modelFormat";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { withSentenceSettings } from "@duet/lora-core/checkpoints/sentenceTransformers";
import { joinShards, parseShardIndex } from "@duet/lora-core/checkpoints/shardIndex";
import { tokenizerOfVocabulary } from "@duet/lora-core/checkpoints/wordPieceVocabulary";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { type ChatTemplate, chatTemplateOf } from "./chatTemplate.ts";
import { stopTokensOf } from "./generationConfig.ts";
import type { ModelFiles } from "./modelFiles.ts";
import { readGgufModel } from "./readGgufModel.ts";

/** Gives one of the listed files, checked. What it gave is let go once its tensors are read. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/**
 * Reads the files one after the other; `names` are all there are, those of folders within it with their paths.
 * @throws {ModelFolderError} when a file is missing or not JSON.
 * @throws {SafetensorsError} or {GgufError} for damaged weights, and whatever `read` throws.
 */
export async function readModelFiles(names: readonly string[], read: ReadFile): Promise<ModelFiles> {
  const format = modelFormat(names.filter((name) => !name.includes("/")));
  if (format.kind === "gguf") return readGgufModel(await read(format.file));
  const readBeside = async (name: string) => (names.includes(name) ? readJson(name, read) : null);
  const config = await withSentenceSettings(Object(await readJson(CONFIG_FILE, read)), readBeside);
  const tokenizer = await readTokenizer(names, read);
  const weights = format.kind === "whole" ? readSafetensors(await read(WEIGHTS_FILE)) : await readShards(names, read);
  const generation = names.includes(GENERATION_FILE) ? await readJson(GENERATION_FILE, read) : {};
  return { config, tokenizer, chat: await readChat(names, read), stopTokens: stopTokensOf(generation), weights };
}

async function readTokenizer(names: readonly string[], read: ReadFile): Promise<unknown> {
  const file = tokenizerFile(names);
  if (file !== VOCABULARY_FILE) return readJson(file, read);
  const config = names.includes(CHAT_CONFIG_FILE) ? await readJson(CHAT_CONFIG_FILE, read) : null;
  return tokenizerOfVocabulary(new TextDecoder().decode(await read(file)), config);
}

/** Null for a base model, which has neither file or no template in it. */
export async function readChat(names: readonly string[], read: ReadFile): Promise<ChatTemplate | null> {
  const config = names.includes(CHAT_CONFIG_FILE) ? await readJson(CHAT_CONFIG_FILE, read) : null;
  const jinja = names.includes(CHAT_TEMPLATE_FILE) ? new TextDecoder().decode(await read(CHAT_TEMPLATE_FILE)) : null;
  return chatTemplateOf(config, jinja);
}

async function readShards(names: readonly string[], read: ReadFile): Promise<NamedTensors> {
  const index = parseShardIndex(await readJson(INDEX_FILE, read));
  const shards = new Map<string, NamedTensors>();
  for (const file of index.files) {
    if (!names.includes(file)) throw new ModelFolderError(["namedFileMissing", file, INDEX_FILE]);
    shards.set(file, readSafetensors(await read(file)));
  }
  return joinShards(index, shards);
}

async function readJson(name: string, read: ReadFile): Promise<unknown> {
  const bytes = await read(name);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ModelFolderError(["fileNotJson", name]);
  }
}
