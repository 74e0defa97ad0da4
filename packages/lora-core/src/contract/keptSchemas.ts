/** What a client keeps of its rounds, as schemas: for whatever reads it again, on its device or on another one of its team. */
import { z } from "zod";
import { roundMetrics } from "../protocol/metrics.ts";

const blob = z.instanceof(Uint8Array);
const optionalBlob = blob.nullable().default(null);
export const checkpoint = z.object({
  lastRound: z.number().nullable(),
  personal: blob,
  shared: blob,
  merged: optionalBlob,
  control: optionalBlob,
  residual: optionalBlob,
  alone: optionalBlob,
  served: optionalBlob,
  sent: z.object({ before: blob, after: blob }).nullish(),
});
export const roundKey = z.object({ round: z.number(), attempt: z.number() });
const confusion = z.array(z.array(z.number()));
export const roundResult = roundKey.extend({
  upload: blob.nullable(),
  metrics: roundMetrics,
  own: roundMetrics.optional(),
  confusion: confusion.nullable(),
  personalConfusion: confusion.nullish(),
});
