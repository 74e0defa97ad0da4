/** A federation's base and one of its adapters in the formats that other programs load. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { modelFormat } from "../checkpoints/modelFileList.ts";
import type { BaseModel } from "../protocol/baseModel.ts";
import { ggufLora, hasGgufLora } from "./ggufLora.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "./streamedFile.ts";

/** merged: both as one model, values as the base has them; merged-f32: all in 32 bits; gguf-lora: the adapter alone, for llama.cpp. */
export const MODEL_EXPORTS = ["merged", "merged-f32", "gguf-lora"] as const;
export type ModelExport = (typeof MODEL_EXPORTS)[number];

/** Those that a base can be written in. */
export function modelExportsOf({ files, config }: Pick<BaseModel, "files" | "config">): readonly ModelExport[] {
  const merged = modelFormat(files.map(({ path }) => path)).kind !== "gguf";
  return MODEL_EXPORTS.filter((format) => (format === "gguf-lora" ? hasGgufLora(config) : merged));
}

/** The files, which are made while they are read. `config` is the base's config.json. @throws {DuetError} where the base cannot be written so. */
export async function exportModel(
  format: ModelExport,
  { files, config }: { readonly files: BaseFiles; readonly config: BaseModel["config"] },
  adapter: PeftAdapter,
): Promise<readonly StreamedFile[]> {
  switch (format) {
    case "merged":
      return mergedSafetensors(files, adapter, "base");
    case "merged-f32":
      return mergedSafetensors(files, adapter, "F32");
    case "gguf-lora":
      return [wholeFile("adapter.gguf", ggufLora(config, adapter))];
    default:
      return format satisfies never;
  }
}
