/** What PEFT calls a base model of ours. */
import type { PeftBase } from "../adapters/peftFormat.ts";
import type { Architecture } from "./modelConfig.ts";

/** `name` is the base's name on the hub or its folder, if it is known. The encoder is not one of transformers' models. */
export function peftBase(architecture: Architecture, name: string | null): PeftBase {
  const { linears } = architecture;
  return architecture.family === "causal-lm"
    ? { linears, name, fanInFanOut: architecture.config.weightsInOut, taskType: "CAUSAL_LM" }
    : { linears, name, fanInFanOut: false, taskType: null };
}
