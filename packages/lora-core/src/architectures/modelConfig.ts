/**
 * What a base model is, read from its config.json alone. Pure: the coordinator uses it to know an adapter's layout.
 * A config that is not supported is refused with the field that is not.
 */
import { z } from "zod";
import type { LinearModule } from "../adapters/adapterConfig.ts";
import { type DescribedLayout, describedLayout, isDescribed, LAYOUT_FIELD } from "../checkpoints/describedLayout.ts";
import { type BertConfig, bertLinears, bertParameters, parseBertConfig } from "./bertConfig.ts";
import { parseFields } from "./configFields.ts";
import { type DecoderConfig, decoderLinears, decoderParameters } from "./decoderConfig.ts";
import { type EncoderConfig, encoderLinears, encoderParameters, parseEncoderConfig } from "./encoderConfig.ts";
import { parseGpt2Config } from "./gpt2Config.ts";
import { parseLlamaConfig } from "./llamaConfig.ts";
import { parseQwen2Config } from "./qwen2Config.ts";
import { parseQwen3Config } from "./qwen3Config.ts";
import { DescribedModelError, UnsupportedModelError } from "./unsupportedModel.ts";

export type ModelFamily = "encoder" | "causal-lm";

interface ArchitectureOf<Family extends ModelFamily, Kind extends string, Config> {
  /** What it can do. */
  readonly family: Family;
  /** Which forward pass it has. */
  readonly kind: Kind;
  readonly config: Config;
  /** Linear modules an adapter may sit on, in the order of the forward pass. */
  readonly linears: readonly LinearModule[];
  /** Parameters of the frozen base. */
  readonly parameters: number;
  /** Target modules recommended for LoRA on this family: all linear ones, as PEFT's "all-linear". */
  readonly defaultTargets: readonly string[];
  /** Those of queries and values alone, as in the paper on LoRA; of queries, keys and values where they are one matrix. */
  readonly smallTargets: readonly string[];
}
/** One that is computed here. */
export type Architecture =
  | ArchitectureOf<"encoder", "use-lite", EncoderConfig>
  | ArchitectureOf<"encoder", "bert", BertConfig>
  | ArchitectureOf<"causal-lm", "decoder", DecoderConfig>;

/** One whose layout was described by whoever computes it (docs/adr/0082). */
export type DescribedBase = ArchitectureOf<ModelFamily, "described", DescribedLayout>;

/** All that an adapter can sit on. @throws {UnsupportedModelError} naming the field that is missing or not supported. */
export function parseBase(json: unknown): Architecture | DescribedBase {
  if (!isDescribed(json)) return parseArchitecture(json);
  const { [LAYOUT_FIELD]: config } = parseFields(withLayout, json);
  const { family, parameters, modules, targets } = config;
  const linears = modules.map(([name, inFeatures, outFeatures]) => ({ name, inFeatures, outFeatures }));
  // No phone takes part.
  return { config, family, kind: "described", linears, parameters, defaultTargets: targets, smallTargets: targets };
}

/**
 * @throws {UnsupportedModelError} naming the field that is missing or not supported; {DescribedModelError} for a base that is only
 *   described, and computed elsewhere.
 */
export function parseArchitecture(json: unknown): Architecture {
  const type = typeof json === "object" && json !== null && "model_type" in json ? json.model_type : undefined;
  if (isDescribed(json)) throw new DescribedModelError(String(type));
  switch (type) {
    case "use-lite":
      return encoderArchitecture(parseEncoderConfig(json));
    case "bert":
    case "roberta":
    case "xlm-roberta":
      return bertArchitecture(parseBertConfig(json));
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
  return JSON.stringify(parseBase(one)) === JSON.stringify(parseBase(other));
}

const withLayout = z.object({ [LAYOUT_FIELD]: describedLayout });

function encoderArchitecture(config: EncoderConfig): Architecture {
  return {
    config,
    family: "encoder",
    kind: "use-lite",
    linears: encoderLinears(config),
    parameters: encoderParameters(config),
    defaultTargets: ["qkv", "output", "up", "down"],
    smallTargets: ["qkv"],
  };
}

function bertArchitecture(config: BertConfig): Architecture {
  return {
    config,
    family: "encoder",
    kind: "bert",
    linears: bertLinears(config),
    parameters: bertParameters(config),
    // "dense" alone would be the pooler's, too, which PEFT finds on the real class.
    defaultTargets: ["query", "key", "value", "output.dense", "intermediate.dense"],
    smallTargets: ["query", "value"],
  };
}

function decoderArchitecture(config: DecoderConfig): Architecture {
  const linears = decoderLinears(config);
  const { queryKeyValue: qkv } = config.names;
  const lastPart = (name: string) => name.slice(name.lastIndexOf(".") + 1);
  return {
    config,
    family: "causal-lm",
    kind: "decoder",
    linears,
    parameters: decoderParameters(config),
    defaultTargets: [...new Set(linears.map(({ name }) => lastPart(name)))],
    smallTargets: ("joint" in qkv ? [qkv.joint] : [qkv.q, qkv.v]).map(lastPart),
  };
}
