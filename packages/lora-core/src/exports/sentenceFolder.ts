/** An encoder with an adapter worked in, as the folder of sentence-transformers: what sentenceTransformers.ts of checkpoints reads, written. */
import { isPrototypes, PROTOTYPES_KEY } from "../adapters/adapterLayout.ts";
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import type { BertConfig } from "../architectures/bertConfig.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { writeSafetensors } from "../checkpoints/safetensors.ts";
import { mergedSafetensors } from "./mergedSafetensors.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "./streamedFile.ts";

/**
 * The merged checkpoint, the files that say how its hidden states become vectors, and where labels are told apart labels.json and
 * prototypes.safetensors, which has the label prototypes V [L, D] under "labels.weight". `described` has the settings of
 * sentence-transformers. @throws {ModelFolderError} for another family; whatever {@link mergedSafetensors} throws.
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
  const prototypes = [...update.tensors].find(([key]) => isPrototypes(key))?.[1];
  return [
    ...(await mergedSafetensors(base, described, update, "base")),
    ...Object.entries(settingFiles(architecture.config)).map(([name, content]) => json(name, content)),
    ...(labels.length > 0 ? [json(LABELS_FILE, labels)] : []),
    ...(prototypes
      ? [wholeFile(PROTOTYPES_FILE, new Uint8Array(writeSafetensors(new Map([[PROTOTYPES_KEY, prototypes]]))))]
      : []),
  ];
}

const LABELS_FILE = "labels.json";
const PROTOTYPES_FILE = "prototypes.safetensors";

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
