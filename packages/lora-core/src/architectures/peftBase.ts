/** What PEFT calls a base model of ours. */
import type { PeftBase } from "../adapters/peftFormat.ts";
import type { Architecture } from "./modelConfig.ts";

/**
 * `name` is the base's name on the hub or its folder, if it is known. use-lite is not one of transformers' models, and those of BERT
 * are adapted as PEFT adapts BertModel, as FEATURE_EXTRACTION does, under the same names.
 */
export function peftBase(architecture: Architecture, name: string | null): PeftBase {
  const { linears } = architecture;
  return architecture.family === "causal-lm"
    ? { linears, name, fanInFanOut: architecture.config.weightsInOut, taskType: "CAUSAL_LM" }
    : { linears, name, fanInFanOut: false, taskType: architecture.kind === "bert" ? "FEATURE_EXTRACTION" : null };
}
