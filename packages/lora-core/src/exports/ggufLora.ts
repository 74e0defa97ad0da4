/**
 * An adapter as a GGUF file that llama.cpp puts on its base with --lora: for each adapted weight <name>.lora_a [R, in] and <name>.lora_b
 * [out, R], as convert_lora_to_gguf.py of llama.cpp names them, and alpha. llama.cpp scales by alpha / R.
 */

import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { selectModules } from "../adapters/selectModules.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { GGUF_ARCHITECTURES } from "../checkpoints/gguf/ggufConfig.ts";
import { ggufName, interleavedRows } from "../checkpoints/gguf/ggufTensors.ts";
import { writeGguf } from "../checkpoints/gguf/writeGguf.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";

/** Whether llama.cpp has the base's family under names that are known here. */
export function hasGgufLora({ model_type }: ConfigJson): boolean {
  return GGUF_ARCHITECTURES.includes(String(model_type));
}

/** `config` is the base's config.json. Label prototypes are left out. @throws {ModelFolderError} for another family. */
export function ggufLora(config: ConfigJson, { config: { alpha, ...adapter }, tensors }: PeftAdapter): Uint8Array<ArrayBuffer> {
  const architecture = parseArchitecture(config);
  if (!(hasGgufLora(config) && architecture.kind === "decoder"))
    throw new ModelFolderError(["noGgufAdapter", String(config.model_type)]);
  const { headWidth } = architecture.config;
  const written = selectModules(architecture.linears, { alpha, ...adapter }).flatMap(({ name }): [string, HostTensor][] => {
    const weight = ggufName(`${name}.weight`);
    const [a, b] = [tensors.get(factorAKey(name)), tensors.get(factorBKey(name))];
    if (!(weight && a && b)) throw new RangeError(`ggufLora: ${name} has no factors or no name`);
    // Only files of the Llama architecture have interleaved rows.
    const turned = config.model_type === "llama" && /\.[qk]_proj$/.test(name);
    return [
      [`${weight}.lora_a`, a],
      [`${weight}.lora_b`, turned ? interleavedRows(b, headWidth) : b],
    ];
  });
  const metadata = new Map<string, string | number>([
    ["general.architecture", String(config.model_type)],
    ["general.type", "adapter"],
    ["adapter.type", "lora"],
    ["adapter.lora.alpha", alpha],
  ]);
  return writeGguf(metadata, new Map(written));
}
