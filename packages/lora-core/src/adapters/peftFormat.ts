/**
 * An adapter as the two files of the PEFT library (huggingface/peft): adapter_config.json and adapter_model.safetensors, where
 * every module's factors are base_model.model.<module>.lora_A.weight [R, in] and .lora_B.weight [out, R]. A fused adapter is
 * written like any other: it is one of rank R. Files come from strangers: whatever would mean another update than
 * W x + (alpha / rank) B A x is refused.
 */

import { z } from "zod";
import { readSafetensors, SafetensorsError, writeSafetensors } from "../checkpoints/safetensors.ts";
import { DuetError } from "../errors/duetError.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { type AdapterConfig, adapterConfig, type LinearModule } from "./adapterConfig.ts";
import { type AdapterLayout, adapterLayout } from "./adapterLayout.ts";

/** What PEFT has to know of the base model. */
export interface PeftBase {
  readonly linears: readonly LinearModule[];
  /** The base's weights lie as [in, out] (Conv1D of GPT-2). */
  readonly fanInFanOut: boolean;
  /** null for models that PEFT has no task for. */
  readonly taskType: "CAUSAL_LM" | null;
  /** Name on the hub or folder of the base; null leaves it to whoever loads the adapter. */
  readonly name: string | null;
}

/** The files by their names. */
export interface PeftFiles {
  readonly "adapter_config.json": string;
  readonly "adapter_model.safetensors": Uint8Array;
}

export interface PeftAdapter {
  readonly config: AdapterConfig;
  /** In the order of the adapter's layout. */
  readonly tensors: NamedTensors;
}

/** Files of PEFT that cannot be read here; the message is a sentence for the user. */
export class PeftFormatError extends DuetError {
  constructor(problem: string) {
    super("ADAPTER_FILE", `This PEFT adapter cannot be used: ${problem}`);
  }
}

const KEY_PREFIX = "base_model.model.";
const off = z.literal(false).nullish();
const empty = z.union([z.null(), z.tuple([]), z.strictObject({})]).optional();

/** Every field that changes what an adapter computes, with the only value of it that is understood here. */
const peftConfig = z.object({
  peft_type: z.literal("LORA"),
  r: adapterConfig.shape.rank,
  lora_alpha: adapterConfig.shape.alpha,
  lora_dropout: adapterConfig.shape.dropout.default(0),
  target_modules: adapterConfig.shape.targetModules,
  bias: z.literal("none").default("none"),
  use_dora: off,
  use_rslora: off,
  use_qalora: off,
  lora_bias: off,
  modules_to_save: empty,
  rank_pattern: empty,
  alpha_pattern: empty,
  exclude_modules: empty,
  layers_to_transform: empty,
  layers_pattern: empty,
  layer_replication: empty,
  target_parameters: empty,
  trainable_token_indices: empty,
  alora_invocation_tokens: empty,
  use_bdlora: empty,
  kasa_config: empty,
  /** The other ways of starting also change the base. */
  init_lora_weights: z.union([z.boolean(), z.enum(["gaussian", "eva", "orthogonal"])]).optional(),
});

/** @throws {RangeError} when the tensors do not have the layout that the config puts on the base. */
export function writePeftAdapter({ config, tensors }: PeftAdapter, base: PeftBase): PeftFiles {
  const weights = adapterLayout(base.linears, config).map(({ key, shape }): [string, HostTensor] => {
    const tensor = tensors.get(key);
    if (tensor?.shape.join() !== shape.join()) throw new RangeError(`writePeftAdapter: ${key} is missing or not [${shape}]`);
    return [KEY_PREFIX + key, tensor];
  });
  const fields = {
    alpha_pattern: {},
    base_model_name_or_path: base.name,
    bias: "none",
    fan_in_fan_out: base.fanInFanOut,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    modules_to_save: null,
    peft_type: "LORA",
    r: config.rank,
    rank_pattern: {},
    revision: null,
    target_modules: config.targetModules,
    task_type: base.taskType,
    use_dora: false,
    use_rslora: false,
  };
  return {
    "adapter_config.json": `${JSON.stringify(fields, null, 2)}\n`,
    "adapter_model.safetensors": writeSafetensors(new Map(weights), { format: "pt" }),
  };
}

/** Reads the files of an adapter for this base; float32 values come back bit for bit. @throws {PeftFormatError} */
export function readPeftAdapter(files: PeftFiles, base: PeftBase): PeftAdapter {
  const config = readConfig(files["adapter_config.json"]);
  const layout = layoutOn(base, config);
  const found = readWeights(files["adapter_model.safetensors"]);
  const expected = new Set(layout.map(({ key }) => KEY_PREFIX + key));
  for (const key of found.keys()) {
    if (!expected.has(key)) throw new PeftFormatError(`it has the tensor ${key}, which its target_modules do not give this base`);
  }
  const tensors = layout.map(({ key, shape }): [string, HostTensor] => {
    const tensor = found.get(KEY_PREFIX + key);
    if (!tensor) throw new PeftFormatError(`it has no tensor ${KEY_PREFIX}${key}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new PeftFormatError(
        `${KEY_PREFIX}${key} has shape [${tensor.shape}], this base and rank ${config.rank} need [${shape}]`,
      );
    }
    if (!tensor.data.every(Number.isFinite)) throw new PeftFormatError(`${KEY_PREFIX}${key} has a value that is not finite`);
    return [key, tensor];
  });
  return { config, tensors: new Map(tensors) };
}

function readConfig(text: string): AdapterConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PeftFormatError("adapter_config.json is not JSON");
  }
  const parsed = peftConfig.safeParse(json);
  if (!parsed.success) {
    const [field] = parsed.error.issues[0]?.path ?? [];
    const value = typeof json === "object" && json !== null && field !== undefined ? Reflect.get(json, field) : json;
    const shown = JSON.stringify(value) ?? "nothing";
    throw new PeftFormatError(`adapter_config.json has ${String(field ?? "content")} = ${shown}, which is not supported`);
  }
  const { r: rank, lora_alpha: alpha, lora_dropout: dropout, target_modules: targetModules } = parsed.data;
  return { rank, alpha, dropout, targetModules };
}

function layoutOn({ linears }: PeftBase, config: AdapterConfig): AdapterLayout {
  try {
    return adapterLayout(linears, config);
  } catch (error) {
    if (error instanceof RangeError) throw new PeftFormatError(error.message);
    throw error;
  }
}

function readWeights(bytes: Uint8Array): ReadonlyMap<string, HostTensor> {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) throw new PeftFormatError(error.message);
    throw error;
  }
}
