/**
 * The codec of what a federation's clients send. Rounding is stochastic: what is decoded is, on average over the draws, what was encoded,
 * so that what many clients lose cancels.
 */
import { createBlockFormat } from "./blockFormat.ts";
import { float16Format } from "./float16Format.ts";
import { ofTheLargest } from "./largestValues.ts";
import type { UploadCoding, UploadFormat } from "./uploadCoding.ts";
import type { ValueCodec } from "./valueCodec.ts";

const FORMATS: Readonly<Record<Exclude<UploadFormat, "f32">, ValueCodec>> = {
  f16: float16Format,
  // 181 digits, two in 15 bits; 13 digits, four in 15 bits.
  int8: createBlockFormat({ largest: 90, perWord: 2 }),
  int4: createBlockFormat({ largest: 6, perWord: 4 }),
};

/** Null where values are sent as they are. */
export function codecFor({ format, topK }: UploadCoding): ValueCodec | null {
  if (format === "f32") return null;
  return topK === null ? FORMATS[format] : ofTheLargest(topK, FORMATS[format]);
}
