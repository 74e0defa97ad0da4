/** An encoder with an adapter worked in, as the folder of sentence-transformers: what sentenceTransformers.ts of checkpoints reads, written. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import type { BertConfig } from "../architectures/bertConfig.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { labelFiles } from "./labelFiles.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "./streamedFile.ts";

/**
 * The merged checkpoint, the files that say how its hidden states become vectors, and those that tell labels apart. `described` has the
 * settings of sentence-transformers. @throws {ModelFolderError} for another family; whatever {@link mergedSafetensors} throws.
 */
export async function sentenceFolder(
  base: BaseFiles,
  described: ConfigJson,
  labels: readonly string[],
  update: PeftAdapter,
): Promise<readonly StreamedFile[]> {
  const architecture = parseArchitecture(described);
  if (architecture.kind !== "bert") throw new ModelFolderError(["noSentenceModel"]);
  const json = (name: string, content: unknown) => wholeFile(name, `${JSON.stringify(content, null, 2)}\n`);
  return [
    ...(await mergedSafetensors(base, described, update, "base")),
    ...Object.entries(settingFiles(architecture.config)).map(([name, content]) => json(name, content)),
    ...labelFiles(labels, update),
  ];
}

const MODULES = ["Transformer", "Pooling", "Normalize"].map((kind, idx) => ({
  idx,
  name: String(idx),
  path: idx === 0 ? "" : `${idx}_${kind}`,
  type: `sentence_transformers.models.${kind}`,
}));

function settingFiles({ pooling, prompt, maxTokens, hiddenSize }: BertConfig): Readonly<Record<string, unknown>> {
  return {
    "modules.json": MODULES,
    "sentence_bert_config.json": { max_seq_length: maxTokens, do_lower_case: false },
    "config_sentence_transformers.json": {
      prompts: prompt === "" ? {} : { query: prompt },
      default_prompt_name: prompt === "" ? null : "query",
      similarity_fn_name: "cosine",
    },
    "1_Pooling/config.json": {
      word_embedding_dimension: hiddenSize,
      pooling_mode_cls_token: pooling === "cls",
      pooling_mode_mean_tokens: pooling === "mean",
      pooling_mode_max_tokens: false,
      pooling_mode_mean_sqrt_len_tokens: false,
    },
  };
}
