/**
 * What a base model is, read from its config.json alone. Pure: the coordinator uses it to know an adapter's layout.
 * A config that is not supported is refused with the field that is not.
 */
import type { LinearModule } from "../adapters/adapterConfig.ts";
import { type DecoderConfig, decoderLinears, decoderParameters } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, encoderParameters, parseEncoderConfig } from "./encoderConfig.ts";
import { parseGpt2Config } from "./gpt2Config.ts";
import { parseLlamaConfig } from "./llamaConfig.ts";
import { parseQwen2Config } from "./qwen2Config.ts";
import { parseQwen3Config } from "./qwen3Config.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

export type ModelFamily = "encoder" | "causal-lm";
export type ModelConfig = EncoderConfig | DecoderConfig;

interface ArchitectureOf<Family extends ModelFamily, Config extends ModelConfig> {
  readonly family: Family;
  readonly config: Config;
  /** Linear modules an adapter may sit on, in the order of the forward pass. */
  readonly linears: readonly LinearModule[];
  /** Parameters of the frozen base. */
  readonly parameters: number;
  /** Target modules recommended for LoRA on this family: all linear ones, as PEFT's "all-linear". */
  readonly defaultTargets: readonly string[];
}
export type Architecture = ArchitectureOf<"encoder", EncoderConfig> | ArchitectureOf<"causal-lm", DecoderConfig>;

/** @throws {UnsupportedModelError} naming the field that is missing or not supported. */
export function parseArchitecture(json: unknown): Architecture {
  const type = typeof json === "object" && json !== null && "model_type" in json ? json.model_type : undefined;
  switch (type) {
    case "use-lite":
      return encoderArchitecture(parseEncoderConfig(json));
    case "llama":
      return decoderArchitecture(parseLlamaConfig(json));
    case "qwen2":
      return decoderArchitecture(parseQwen2Config(json));
    case "qwen3":
      return decoderArchitecture(parseQwen3Config(json));
    case "gpt2":
      return decoderArchitecture(parseGpt2Config(json));
    default:
      throw new UnsupportedModelError("model_type", JSON.stringify(type));
  }
}

/** True when two config.json say the same of everything that is read here. @throws {UnsupportedModelError} */
export function sameArchitecture(one: unknown, other: unknown): boolean {
  return JSON.stringify(parseArchitecture(one)) === JSON.stringify(parseArchitecture(other));
}

function encoderArchitecture(config: EncoderConfig): Architecture {
  return {
    config,
    family: "encoder",
    linears: encoderLinears(config),
    parameters: encoderParameters(config),
    defaultTargets: ["qkv", "output", "up", "down"],
  };
}

function decoderArchitecture(config: DecoderConfig): Architecture {
  const linears = decoderLinears(config);
  const lastPart = (name: string) => name.slice(name.lastIndexOf(".") + 1);
  return {
    config,
    family: "causal-lm",
    linears,
    parameters: decoderParameters(config),
    defaultTargets: [...new Set(linears.map(({ name }) => lastPart(name)))],
  };
}
