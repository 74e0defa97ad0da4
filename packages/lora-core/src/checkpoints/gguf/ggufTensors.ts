/** Tensors of a GGUF file under the names, and in the row order, that the same model has in safetensors. */
import type { HostTensor, NamedTensors } from "../../tensors/namedTensors.ts";
import { GgufError } from "./ggufError.ts";
import { ROPE_FACTORS } from "./ggufHeader.ts";

const wholeModel: ReadonlyMap<string, string> = new Map([
  ["token_embd", "model.embed_tokens"],
  ["output_norm", "model.norm"],
  ["output", "lm_head"],
]);
const perLayer: ReadonlyMap<string, string> = new Map([
  ["attn_norm", "input_layernorm"],
  ["attn_q", "self_attn.q_proj"],
  ["attn_k", "self_attn.k_proj"],
  ["attn_v", "self_attn.v_proj"],
  ["attn_output", "self_attn.o_proj"],
  ["attn_q_norm", "self_attn.q_norm"],
  ["attn_k_norm", "self_attn.k_norm"],
  ["ffn_norm", "post_attention_layernorm"],
  ["ffn_gate", "mlp.gate_proj"],
  ["ffn_up", "mlp.up_proj"],
  ["ffn_down", "mlp.down_proj"],
]);

export interface RowOrder {
  /** Dh where rows of q and k are interleaved for llama.cpp's rotary embedding; null where they are as in Hugging Face. */
  readonly interleavedHeadWidth: number | null;
}

/** Renames, and undoes the interleaving of q and k; decoding stays lazy. @throws {GgufError} for a tensor that is not known. */
export function huggingFaceTensors(tensors: NamedTensors, { interleavedHeadWidth }: RowOrder): NamedTensors {
  return new Map(
    // The factors are read with the header.
    [...tensors]
      .filter(([name]) => name !== ROPE_FACTORS)
      .map(([name, tensor]): [string, HostTensor] => {
        const renamed = huggingFaceName(name);
        const interleaved = interleavedHeadWidth !== null && /\.[qk]_proj\./.test(renamed);
        return [renamed, interleaved ? halvesApart(tensor, interleavedHeadWidth) : tensor];
      }),
  );
}

/** The name in safetensors. @throws {GgufError} for a tensor that is not known. */
export function huggingFaceName(name: string): string {
  const [, layer, part = "", kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const known = layer === undefined ? wholeModel.get(part) : perLayer.get(part);
  if (known === undefined) throw new GgufError(["tensorUnsupported", name]);
  return `${layer === undefined ? "" : `model.layers.${layer}.`}${known}.${kind}`;
}

const inverse = (names: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...names].map(([part, name]) => [name, part]));
/** What llama.cpp calls the parts of GPT-2, by their names in safetensors. */
const gpt2Model: readonly (readonly [string, string])[] = [
  ["transformer.wte", "token_embd"],
  ["transformer.wpe", "position_embd"],
  ["transformer.ln_f", "output_norm"],
  ["lm_head", "output"],
];
const gpt2Layer: readonly (readonly [string, string])[] = [
  ["ln_1", "attn_norm"],
  ["attn.c_attn", "attn_qkv"],
  ["attn.c_proj", "attn_output"],
  ["ln_2", "ffn_norm"],
  ["mlp.c_fc", "ffn_up"],
  ["mlp.c_proj", "ffn_down"],
];
const modelParts: ReadonlyMap<string, string> = new Map([...inverse(wholeModel), ...gpt2Model]);
const layerParts: ReadonlyMap<string, string> = new Map([...inverse(perLayer), ...gpt2Layer]);

/** What llama.cpp calls a tensor "<module>.weight" or ".bias": the inverse of {@link huggingFaceName}, and GPT-2's. Null where it has no name. */
export function ggufName(name: string): string | null {
  const [, layer, module = "", kind] = /^(?:(?:model\.layers|transformer\.h)\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name) ?? [];
  const part = (layer === undefined ? modelParts : layerParts).get(module);
  return part === undefined ? null : `${layer === undefined ? "" : `blk.${layer}.`}${part}.${kind}`;
}

/** Rows [out, ...] of q or k as {@link huggingFaceTensors} finds them in a file of the Llama architecture: row h Dh/2 + j of a head at 2 j + h. */
export function interleavedRows({ shape, data }: HostTensor, headWidth: number): HostTensor {
  const [rows = 0, width = 1] = shape;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const within = row % headWidth;
    const half = within < headWidth / 2 ? 0 : 1;
    const to = row - within + 2 * (within - (half * headWidth) / 2) + half;
    out.set(data.subarray(row * width, (row + 1) * width), to * width);
  }
  return { shape, data: out };
}

/**
 * Within each head [Dh, ...], llama.cpp stores row h Dh/2 + j (h = 0, 1) at 2 j + h, so that the two values one angle
 * rotates lie side by side; Hugging Face rotates a half against the other. Rows of a bias are single values.
 */
function halvesApart(tensor: HostTensor, headWidth: number): HostTensor {
  const [rows = 0, width = 1] = tensor.shape;
  const sorted = <Values extends Float32Array | Uint16Array>(stored: Values, to: Values): Values => {
    for (let row = 0; row < rows; row++) {
      const within = row % headWidth;
      const half = within < headWidth / 2 ? 0 : 1;
      const from = row - within + 2 * (within - (half * headWidth) / 2) + half;
      to.set(stored.subarray(from * width, (from + 1) * width), row * width);
    }
    return to;
  };
  return {
    shape: tensor.shape,
    get data() {
      const { data } = tensor;
      return sorted(data, new Float32Array(data.length));
    },
    get halves() {
      const { halves } = tensor;
      return halves && { format: halves.format, bits: sorted(halves.bits, new Uint16Array(halves.bits.length)) };
    },
  };
}
