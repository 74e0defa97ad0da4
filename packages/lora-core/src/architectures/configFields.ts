/** Parts that the parsers of config.json share. */
import { z } from "zod";
import type { DecoderConfig } from "./decoderConfig.ts";
import { UnsupportedModelError } from "./unsupportedModel.ts";

export const size = z.number().int().min(1).max(1_000_000);
/** A config.json comes from anyone, and every layer costs who reads it memory. */
export const layerCount = size.max(512);
const token = z.number().int().min(0);
/** One token, or several. */
export const tokens = z.union([token.transform((id) => [id]), z.array(token).min(1)]);

/** What every decoder's config.json has, with the defaults of transformers. */
export const decoderFields = z.object({
  vocab_size: size,
  bos_token_id: token.nullish(),
  eos_token_id: tokens,
  /** Weights in a packed format of their own would be read as something else. */
  quantization_config: z.null().optional(),
});

/** Special tokens of a parsed config. */
export function specialTokens(found: z.output<typeof decoderFields>): Pick<DecoderConfig, "bosToken" | "eosTokens"> {
  return { bosToken: found.bos_token_id ?? null, eosTokens: found.eos_token_id };
}

/** The fields of a schema; all others may have any value. @throws {UnsupportedModelError} naming the first that does not fit. */
export function parseFields<Fields>(schema: z.ZodType<Fields>, json: unknown): Fields {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path ?? [];
  throw new UnsupportedModelError(path.join("."), JSON.stringify(valueAt(json, path)) ?? "nothing");
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
}
