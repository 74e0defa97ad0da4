/**
 * What a base model is, read from its config.json alone. Pure: the coordinator uses it to know an adapter's layout.
 * A config that is not supported is refused with the field that is not.
 */
import type { LinearModule } from "../adapters/adapterConfig.ts";
import { type EncoderConfig, encoderLinears, encoderParameters, parseEncoderConfig } from "./encoderConfig.ts";
import { type LlamaConfig, llamaLinears, llamaParameters, parseLlamaConfig } from "./llamaConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

export type ModelFamily = "encoder" | "causal-lm";
export type ModelConfig = EncoderConfig | LlamaConfig;

interface ArchitectureOf<Family extends ModelFamily, Config extends ModelConfig> {
  readonly family: Family;
  readonly config: Config;
  /** Linear modules an adapter may sit on, in the order of the forward pass. */
  readonly linears: readonly LinearModule[];
  /** Parameters of the frozen base. */
  readonly parameters: number;
  /** Target modules recommended for LoRA on this family. */
  readonly defaultTargets: readonly string[];
}
export type Architecture = ArchitectureOf<"encoder", EncoderConfig> | ArchitectureOf<"causal-lm", LlamaConfig>;

/** @throws {UnsupportedModelError} naming the field that is missing or not supported. */
export function parseArchitecture(json: unknown): Architecture {
  const type = typeof json === "object" && json !== null && "model_type" in json ? json.model_type : undefined;
  switch (type) {
    case "use-lite": {
      const config = parseEncoderConfig(json);
      return {
        config,
        family: "encoder",
        linears: encoderLinears(config),
        parameters: encoderParameters(config),
        defaultTargets: ["qkv", "output", "up", "down"],
      };
    }
    case "llama": {
      const config = parseLlamaConfig(json);
      return {
        config,
        family: "causal-lm",
        linears: llamaLinears(config),
        parameters: llamaParameters(config),
        defaultTargets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
      };
    }
    default:
      throw new UnsupportedModelError("model_type", JSON.stringify(type));
  }
}
