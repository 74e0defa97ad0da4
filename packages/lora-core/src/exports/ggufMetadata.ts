/** What a GGUF file of a decoder says before its tensors: the architecture under llama.cpp's keys, and the tokenizer. */
import type { DecoderConfig } from "../architectures/decoderConfig.ts";
import { rotaryFrequencies } from "../architectures/rotaryFrequencies.ts";
import { ggufVocabulary } from "../checkpoints/gguf/ggufVocabulary.ts";
import type { WrittenValue } from "../checkpoints/gguf/writeGguf.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";

/** How most weights are stored, with its numbers: general.file_type, and the ggml type of a tensor. */
export const GGUF_WEIGHTS = { F16: { fileType: 1, type: 1 }, Q8_0: { fileType: 7, type: 8 } } as const;
export type GgufWeights = keyof typeof GGUF_WEIGHTS;

export interface GgufSubject {
  readonly name: string;
  readonly config: ConfigJson;
  readonly decoder: DecoderConfig;
  /** What tokenizer.json says. */
  readonly tokenizer: unknown;
  /** Jinja; null for a base model. */
  readonly chatTemplate: string | null;
  /** Whether the tokenizer puts the start token before every text by itself. */
  readonly framed: boolean;
}

type Entries = readonly (readonly [string, WrittenValue])[];

/** @throws {ModelFolderError} for a tokenizer, or a scaling of positions, that llama.cpp has no name for. */
export function ggufMetadata(subject: GgufSubject, weights: GgufWeights): ReadonlyMap<string, WrittenValue> {
  const { config, decoder, name, tokenizer } = subject;
  const type = String(config.model_type);
  const count = (key: string, value: number) => [`${type}.${key}`, BigInt(value)] as const;
  const epsilon = decoder.norm === "rms" ? "layer_norm_rms_epsilon" : "layer_norm_epsilon";
  return new Map<string, WrittenValue>([
    ["general.architecture", type],
    ["general.type", "model"],
    ["general.name", name],
    ["general.file_type", BigInt(GGUF_WEIGHTS[weights].fileType)],
    ["general.quantization_version", 2n],
    count("block_count", decoder.layers),
    count("context_length", decoder.maxPositions),
    count("embedding_length", decoder.hiddenSize),
    count("feed_forward_length", decoder.intermediateSize),
    count("attention.head_count", decoder.heads),
    count("attention.head_count_kv", decoder.keyValueHeads),
    [`${type}.attention.${epsilon}`, decoder.normEps],
    count("vocab_size", decoder.vocabSize),
    ...positions(type, config, decoder),
    ...ggufVocabulary(tokenizer, decoder.vocabSize),
    ...specialTokens(subject),
  ]);
}

function positions(type: string, config: ConfigJson, decoder: DecoderConfig): Entries {
  if (!decoder.rotaryFrequencies) return [];
  const width = BigInt(decoder.headWidth);
  const factors = ropeFactors(config, decoder) ?? [];
  const [factor = 1] = factors;
  const isLinear = factors.every((one) => Math.abs(one - factor) < 1e-9 * factor);
  // Only files of the Llama architecture have a tensor of factors.
  if (!isLinear && type !== "llama") throw new ModelFolderError(["noSuchScaling", String(type)]);
  return [
    [`${type}.attention.key_length`, width],
    [`${type}.attention.value_length`, width],
    [`${type}.rope.dimension_count`, width],
    [`${type}.rope.freq_base`, thetaOf(config)],
    ...(isLinear && factor !== 1
      ? ([
          [`${type}.rope.scaling.type`, "linear"],
          [`${type}.rope.scaling.factor`, factor],
        ] as const)
      : []),
  ];
}

function thetaOf({ rope_theta: theta, rope_parameters: parameters }: ConfigJson): number {
  return Number(theta ?? Object(parameters).rope_theta ?? 10_000);
}

/** What each frequency is divided by, [Dh / 2]; null where positions are not rotated or not scaled. */
export function ropeFactors(
  config: ConfigJson,
  { headWidth, rotaryFrequencies: scaled }: DecoderConfig,
): readonly number[] | null {
  const plain = rotaryFrequencies({ headWidth, theta: thetaOf(config), scaling: null });
  const factors = plain.map((frequency, j) => frequency / (scaled?.[j] ?? frequency));
  return factors.some((factor) => Math.abs(factor - 1) > 1e-9) ? factors : null;
}

/** A text of a model without a chat template begins with the start token where there is one, as in training; a template writes its own. */
function specialTokens({ decoder: { bosToken, eosTokens }, chatTemplate, framed }: GgufSubject): Entries {
  const [end, turn] = eosTokens;
  const id = (key: string, value: number | null | undefined): Entries =>
    value == null ? [] : [[`tokenizer.ggml.${key}`, BigInt(value)]];
  return [
    ...id("bos_token_id", bosToken),
    ...id("eos_token_id", end),
    ...id("eot_token_id", turn),
    ["tokenizer.ggml.add_bos_token", bosToken !== null && (framed || chatTemplate === null)],
    ...(chatTemplate === null ? [] : [["tokenizer.chat_template", chatTemplate] as const]),
  ];
}
