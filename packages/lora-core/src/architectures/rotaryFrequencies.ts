/**
 * Frequencies of rotary positions, theta^(-2 j / Dh) for pair j, and how models that read longer texts than they were first trained
 * on stretch them. Named and computed as in transformers' modeling_rope_utils: "linear" divides every frequency by `factor`;
 * "llama3" divides the slow ones, leaves the fast ones, and interpolates between. "factors" is not of transformers: files of llama.cpp
 * have what each frequency is divided by (ggml_rope_ext, freq_factors), already worked out.
 */
import { z } from "zod";
import { UnsupportedModelError } from "./unsupportedModel.ts";

const kind = z.enum(["default", "linear", "llama3", "factors"]);

/** `rope_scaling`, or `rope_parameters` of transformers 5, which has the angles' base as well. */
export const ropeFields = z.object({
  rope_type: kind.optional(),
  /** Older name of the one above. */
  type: kind.optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.literal(1).optional(),
  factor: z.number().min(1).optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().int().positive().optional(),
  factors: z.array(z.number().positive()).optional(),
});
type RopeFields = z.output<typeof ropeFields>;

export interface Rotary {
  /** Dh, even. */
  readonly headWidth: number;
  readonly theta: number;
  /** The field of config.json the scaling was found in, and the scaling; null for none. */
  readonly scaling: { readonly field: string; readonly fields: RopeFields } | null;
}

/** One frequency per pair, [Dh / 2], radians per position. @throws {UnsupportedModelError} on a scaling with parts missing. */
export function rotaryFrequencies({ headWidth, theta, scaling }: Rotary): number[] {
  const plain = Array.from({ length: headWidth / 2 }, (_, j) => theta ** ((-2 * j) / headWidth));
  if (!scaling) return plain;
  const { field, fields } = scaling;
  const need = (name: "factor" | "low_freq_factor" | "high_freq_factor" | "original_max_position_embeddings") => {
    const value = fields[name];
    if (value === undefined) throw new UnsupportedModelError(`${field}.${name}`, "nothing");
    return value;
  };
  switch (fields.rope_type ?? fields.type ?? "default") {
    case "default":
      return plain;
    case "linear": {
      const factor = need("factor");
      return plain.map((frequency) => frequency / factor);
    }
    case "factors": {
      const { factors = [] } = fields;
      if (factors.length !== plain.length) throw new UnsupportedModelError(`${field}.factors`, `${factors.length} numbers`);
      return plain.map((frequency, j) => frequency / (factors[j] ?? 1));
    }
    case "llama3": {
      const [factor, low, high] = [need("factor"), need("low_freq_factor"), need("high_freq_factor")];
      if (!(high > low)) throw new UnsupportedModelError(`${field}.high_freq_factor`, String(high));
      const trained = need("original_max_position_embeddings");
      return plain.map((frequency) => {
        // Full turns of this pair over the length trained on, from "slow" (0) at `low` of them to "fast" (1) at `high`.
        const turns = (trained * frequency) / (2 * Math.PI);
        const fast = Math.min(1, Math.max(0, (turns - low) / (high - low)));
        return fast * frequency + (1 - fast) * (frequency / factor);
      });
    }
  }
}
