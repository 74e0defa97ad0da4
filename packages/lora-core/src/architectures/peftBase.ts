/** What PEFT calls a base model of ours. */
import type { PeftBase } from "../adapters/peftFormat.ts";
import { bertPooler } from "./bertConfig.ts";
import type { Architecture, DescribedBase } from "./modelConfig.ts";

/**
 * `name` is the base's name on the hub or its folder, if it is known. use-lite is not one of transformers' models, and those of BERT
 * are adapted as PEFT adapts BertModel, as FEATURE_EXTRACTION does, under the same names.
 */
export function peftBase(architecture: Architecture | DescribedBase, name: string | null): PeftBase {
  const { linears } = architecture;
  switch (architecture.kind) {
    case "use-lite":
      return { linears, name, fanInFanOut: false, taskType: null };
    case "bert":
      return { linears, name, fanInFanOut: false, taskType: "FEATURE_EXTRACTION", unread: [bertPooler(architecture.config)] };
    case "decoder":
      return { linears, name, fanInFanOut: architecture.config.weightsInOut, taskType: "CAUSAL_LM" };
    case "described": {
      const { family, config } = architecture;
      const taskType = family === "encoder" ? "FEATURE_EXTRACTION" : "CAUSAL_LM";
      return { linears, name, fanInFanOut: config.fanInFanOut, taskType };
    }
  }
}
