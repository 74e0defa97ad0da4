/** Weights of a decoder's shape, random and as a file would have them: what such a base takes and how fast it is, without what it knows. */
import type { Architecture } from "@duet/lora-core/architectures/modelConfig";
import { requiredTensors } from "@duet/lora-core/architectures/requiredTensors";
import { widenHalves } from "@duet/lora-core/checkpoints/halfPrecision";
import { type HostTensor, type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";

/** config.json of SmolLM2-135M and Qwen2.5-0.5B, as far as it is read. */
export const LARGE_BASES = {
  "SmolLM2-135M": {
    ...{ model_type: "llama", vocab_size: 49_152, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30 },
    ...{ num_attention_heads: 9, num_key_value_heads: 3, max_position_embeddings: 8192, rms_norm_eps: 1e-5 },
    ...{ rope_theta: 100_000, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 2 },
  },
  "Qwen2.5-0.5B": {
    ...{ model_type: "qwen2", vocab_size: 151_936, hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 },
    ...{ num_attention_heads: 14, num_key_value_heads: 2, max_position_embeddings: 32_768, rms_norm_eps: 1e-6 },
    ...{ rope_theta: 1_000_000, tie_word_embeddings: true, bos_token_id: 151_643, eos_token_id: 151_643 },
  },
};

/** Uniform draws, repeated: as many that no matrix repeats a row. */
const DRAWS = 1_000_003;
/** Activations stay near 1 under it. */
const LARGEST = 0.05;

/** Made anew at every access, as the tensors of a file are; as bfloat16, or as float32 that 16 bits do not hold. */
export function randomBase(architecture: Architecture, stored: "BF16" | "F32"): NamedTensors {
  const uniform = random(3, "randomBase");
  const draws = Float32Array.from({ length: DRAWS }, () => LARGEST * (2 * uniform() - 1));
  const halves = new Uint16Array(draws.buffer).filter((_, i) => i % 2 === 1);
  const tensors = requiredTensors(architecture).map(({ name, shape }): [string, HostTensor] => {
    const size = sizeOf(shape);
    if (/norm\.weight$/.test(name)) return [name, { shape, data: new Float32Array(size).fill(1) }];
    const bits = () => ({ format: "BF16", bits: repeated(halves, new Uint16Array(size)) }) as const;
    return [
      name,
      {
        shape,
        get data() {
          return stored === "BF16" ? widenHalves(bits().bits, "BF16") : repeated(draws, new Float32Array(size));
        },
        get halves() {
          return stored === "BF16" ? bits() : undefined;
        },
      },
    ];
  });
  return new Map(tensors);
}

function repeated<Values extends Float32Array | Uint16Array>(draws: Values, to: Values): Values {
  for (let at = 0; at < to.length; at += draws.length) to.set(draws.subarray(0, to.length - at), at);
  return to;
}
