/** The closed set of refusals. Messages are for people and never parsed; codes are for programs. */
import { z } from "zod";

export const errorCode = z.enum([
  "INVALID_PAYLOAD",
  "VERSION_MISMATCH",
  "MODEL_MISMATCH",
  "NOT_FOUND",
  "NOT_READABLE",
  "FORBIDDEN",
  "FEDERATION_FULL",
  "FEDERATION_ENDED",
  "NOT_JOINED",
  "WRONG_ROUND",
  "INVALID_ADAPTER",
  "RATE_LIMITED",
  "STORAGE_FAILED",
  "INTERNAL",
]);
export type ErrorCode = z.output<typeof errorCode>;

export const failure = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({ code: errorCode, message: z.string().max(500) }),
});

/** Every acknowledgement: the reply or a typed refusal. */
export const resultOf = <T extends z.ZodType>(data: T) =>
  z.discriminatedUnion("ok", [z.strictObject({ ok: z.literal(true), data }), failure]);

export type Failure = z.output<typeof failure>;
export type Result<T> = { readonly ok: true; readonly data: T } | Failure;
