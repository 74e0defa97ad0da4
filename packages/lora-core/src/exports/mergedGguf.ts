/** A decoder with an adapter worked in, as one GGUF file for llama.cpp. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import type { DecoderConfig } from "../architectures/decoderConfig.ts";
import { requiredTensors } from "../architectures/requiredTensors.ts";
import { GGUF_ARCHITECTURES } from "../checkpoints/gguf/ggufConfig.ts";
import { ROPE_FACTORS } from "../checkpoints/gguf/ggufHeader.ts";
import { ggufName, interleavedRows } from "../checkpoints/gguf/ggufTensors.ts";
import { Q8_BYTES, Q8_VALUES, quantizeQ8 } from "../checkpoints/gguf/quantizeQ8.ts";
import { type GgufTensorPlan, ggufAligned, writeGgufHeader } from "../checkpoints/gguf/writeGguf.ts";
import { narrowToHalves } from "../checkpoints/halfPrecision.ts";
import { CHAT_CONFIG_FILE, CHAT_TEMPLATE_FILE, TOKENIZER_FILE } from "../checkpoints/modelFileList.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { sizeOf } from "../tensors/namedTensors.ts";
import { readFrame } from "../tokenizers/frame.ts";
import { GGUF_WEIGHTS, type GgufWeights, ggufMetadata, ropeFactors } from "./ggufMetadata.ts";
import { assertFitsF16 } from "./mergedSafetensors.ts";
import { type MergedTensors, mergedTensors, openBase } from "./openedBase.ts";
import { type BaseFiles, readJson, readWhole, type StreamedFile } from "./streamedFile.ts";
import { transposed } from "./transposed.ts";

/** Whether llama.cpp has the base's family under names that are known here. */
export function hasMergedGguf({ model_type }: ConfigJson): boolean {
  return model_type === "gpt2" || GGUF_ARCHITECTURES.includes(String(model_type));
}

/** How a tensor is stored. */
const F32 = 0;

/** One tensor of the file: where it comes from, and how it becomes what llama.cpp reads. */
interface Part extends GgufTensorPlan {
  readonly values: (read: MergedTensors) => Promise<Float32Array<ArrayBuffer>>;
}

/**
 * Matrices in 16 bits or as Q8_0; norms, biases and learned positions in 32, as llama.cpp's converter has them. One tensor at a time is
 * in memory.
 * @throws {ModelFolderError} for a base, or a tokenizer, that cannot be written so; {SafetensorsError} for a damaged one.
 */
export async function mergedGguf(
  base: BaseFiles,
  described: ConfigJson,
  update: PeftAdapter,
  weights: GgufWeights,
): Promise<StreamedFile> {
  const opened = await openBase(base, described, update);
  const { architecture } = opened;
  if (architecture.kind !== "decoder") throw new ModelFolderError(["onlyDecoders"]);
  const decoder = architecture.config;
  const tokenizer = await readJson(base, TOKENIZER_FILE);
  const subject = {
    name: String(described._name_or_path ?? described.model_type),
    config: described,
    decoder,
    tokenizer,
    chatTemplate: await chatTemplateOf(base),
    framed: readFrame(Object(tokenizer).post_processor).before.length > 0,
  };
  const metadata = ggufMetadata(subject, weights);
  const parts = [
    ...factorsPart(described, decoder),
    ...requiredTensors(architecture).map(({ name, shape }) => {
      const isLinear = opened.architecture.linears.some((linear) => name === `${linear.name}.weight`);
      return partOf({ name, shape, turnsRound: isLinear && decoder.weightsInOut }, described, decoder, weights);
    }),
  ];
  const header = writeGgufHeader(metadata, parts);
  return {
    name: `model-${weights}.gguf`,
    bytes: parts.reduce((sum, { bytes }) => sum + ggufAligned(bytes), header.byteLength),
    async *pieces() {
      yield header;
      const read = mergedTensors(base, opened);
      for (const part of parts) {
        const raw = encoded(part, await part.values(read));
        yield raw;
        const filling = ggufAligned(raw.byteLength) - raw.byteLength;
        if (filling > 0) yield new Uint8Array(filling);
      }
    },
  };
}

async function chatTemplateOf(base: BaseFiles): Promise<string | null> {
  if (base.names.includes(CHAT_TEMPLATE_FILE)) return new TextDecoder().decode(await readWhole(base, CHAT_TEMPLATE_FILE));
  const found = base.names.includes(CHAT_CONFIG_FILE) ? Object(await readJson(base, CHAT_CONFIG_FILE)).chat_template : null;
  return typeof found === "string" ? found : null;
}

/** What every pair's frequency is divided by, where that is no single number. */
function factorsPart(config: ConfigJson, decoder: DecoderConfig): readonly Part[] {
  const factors = ropeFactors(config, decoder);
  if (!factors || new Set(factors).size === 1 || config.model_type !== "llama") return [];
  const shape = [factors.length];
  return [{ name: ROPE_FACTORS, shape, type: F32, bytes: 4 * factors.length, values: async () => Float32Array.from(factors) }];
}

interface Source {
  /** In safetensors. */
  readonly name: string;
  readonly shape: readonly number[];
  /** It lies as [in, out]. */
  readonly turnsRound: boolean;
}

function partOf(
  { name, shape, turnsRound }: Source,
  { model_type }: ConfigJson,
  { headWidth, names }: DecoderConfig,
  weights: GgufWeights,
): Part {
  const written = ggufName(name);
  if (written === null) throw new ModelFolderError(["noLlamaName", name]);
  const turned = model_type === "llama" && /\.[qk]_proj\.(weight|bias)$/.test(name);
  const to = turnsRound ? shape.toReversed() : shape;
  const type = typeOf(to, name === `${names.positions}.weight` ? null : weights);
  return {
    name: written,
    shape: to,
    type,
    bytes: bytesOf(type, sizeOf(to)),
    async values(read) {
      const values = await read(name);
      if (turnsRound) return transposed({ shape, data: values });
      return turned ? new Float32Array(interleavedRows({ shape, data: values }, headWidth).data) : values;
    },
  };
}

/** Blocks need rows of a whole number of them. */
function typeOf(shape: readonly number[], weights: GgufWeights | null): number {
  if (shape.length < 2 || weights === null) return F32;
  const fits = weights === "F16" || (shape.at(-1) ?? 0) % Q8_VALUES === 0;
  return GGUF_WEIGHTS[fits ? weights : "F16"].type;
}

function bytesOf(type: number, values: number): number {
  if (type === F32) return 4 * values;
  return type === GGUF_WEIGHTS.F16.type ? 2 * values : (values / Q8_VALUES) * Q8_BYTES;
}

function encoded({ name, type }: Part, values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (type === F32) return new Uint8Array(values.buffer);
  if (type === GGUF_WEIGHTS.Q8_0.type) return quantizeQ8(values);
  assertFitsF16(name, values);
  return new Uint8Array(narrowToHalves(values, "F16").buffer);
}
