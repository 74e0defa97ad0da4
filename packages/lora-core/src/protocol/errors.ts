/** What a refusal is on the wire. Messages are for people and never parsed, nor is what they say as data; codes are for programs. */
import { z } from "zod";
import { REFUSALS, type RefusalCode } from "../errors/errorTable.ts";
import { told } from "../sayings/saying.ts";

export const refusalCode = z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]);

export const failure = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({
    code: refusalCode,
    message: z.string().max(500),
    /** The same as data, of `REFUSAL_SENTENCES` or a table beside it; left out where it is of none, or longer than travels. */
    told: told.optional().catch(undefined),
    /** When to try again, ms from now; left out where nobody knows, or it would not help. */
    retryAfterMs: z.number().int().min(0).optional(),
  }),
});

/** Every acknowledgement: the reply or a typed refusal. */
export const resultOf = <T extends z.ZodType>(data: T) =>
  z.discriminatedUnion("ok", [z.strictObject({ ok: z.literal(true), data }), failure]);

export type Failure = z.output<typeof failure>;
export type Result<T> = { readonly ok: true; readonly data: T } | Failure;
