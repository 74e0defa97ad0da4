/** A federation's base and one of its adapters in the formats that other programs load. */

import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { isDescribed } from "../checkpoints/describedLayout.ts";
import { modelFormat } from "../checkpoints/modelFormat.ts";
import { sentenceModelType } from "../checkpoints/sentenceSettings.ts";
import type { ExportSaying } from "../errors/exportSentences.ts";
import type { BaseModel } from "../protocol/baseModel.ts";
import { ggufLora, hasGgufLora } from "./ggufLora.ts";
import { hasMergedGguf, mergedGguf } from "./mergedGguf.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { onnxFolder } from "./onnxFolder.ts";
import { sentenceFolder } from "./sentenceFolder.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "./streamedFile.ts";

/** What is written: the base's files, what its config.json says, and the labels that its answers are, where they are some. */
export interface ExportedBase {
  readonly files: BaseFiles;
  readonly config: BaseModel["config"];
  readonly labels: readonly string[];
}

/**
 * merged: both as one model, values as the base has them; merged-f32: all in 32 bits; gguf-lora: the adapter alone, for llama.cpp;
 * gguf-f16, gguf-q8_0: both as one file for llama.cpp; sentence-transformers: both as that library's folder, with the labels;
 * onnx: both for transformers.js.
 */
export const MODEL_EXPORTS = [
  "merged",
  "merged-f32",
  "gguf-lora",
  "gguf-f16",
  "gguf-q8_0",
  "sentence-transformers",
  "onnx",
] as const;
export type ModelExport = (typeof MODEL_EXPORTS)[number];

type Described = Pick<BaseModel, "files" | "config">;

/** Why a base cannot be written so; null where it can. What is in its files may still hinder it. */
export function unfitFor(format: ModelExport, { files, config }: Described): ExportSaying | null {
  const isSentence = sentenceModelType.safeParse(config.model_type).success;
  const family = String(config.model_type);
  if (isDescribed(config)) return ["described", family];
  if (format === "gguf-lora") return hasGgufLora(config) ? null : ["ggufLora", family];
  if (format.startsWith("gguf-") && !hasMergedGguf(config)) return ["gguf", family];
  if (format === "sentence-transformers" && !isSentence) return ["sentences", family];
  if (format === "onnx" && parseArchitecture(config).family !== "encoder") return ["onnx"];
  return modelFormat(files.map(({ path }) => path)).kind === "gguf" ? ["oneFile"] : null;
}

/** Those that a base can be written in. */
export function modelExportsOf(model: Described): readonly ModelExport[] {
  return MODEL_EXPORTS.filter((format) => unfitFor(format, model) === null);
}

/** The files, which are made while they are read. @throws {DuetError} where the base cannot be written so. */
export async function exportModel(
  format: ModelExport,
  { files, config, labels }: ExportedBase,
  adapter: PeftAdapter,
): Promise<readonly StreamedFile[]> {
  switch (format) {
    case "merged":
      return mergedSafetensors(files, config, adapter, "base");
    case "merged-f32":
      return mergedSafetensors(files, config, adapter, "F32");
    case "gguf-lora":
      return [wholeFile("adapter.gguf", ggufLora(config, adapter))];
    case "gguf-f16":
      return [await mergedGguf(files, config, adapter, "F16")];
    case "gguf-q8_0":
      return [await mergedGguf(files, config, adapter, "Q8_0")];
    case "sentence-transformers":
      return sentenceFolder(files, config, labels, adapter);
    case "onnx":
      return onnxFolder(files, config, labels, adapter);
    default:
      return format satisfies never;
  }
}
