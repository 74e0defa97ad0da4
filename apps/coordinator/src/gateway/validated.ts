/** The gate every message passes: nothing unparsed gets in, no exception gets out, every sender gets an answer. */
import { schemaSaying, schemaWords } from "@duet/lora-core/errors/schemaWords";
import type { Result } from "@duet/lora-core/protocol/errors";
import { type Said, type Told, told as toldSchema } from "@duet/lora-core/sayings/saying";
import type { z } from "zod";
import { Refusal } from "../refusal.ts";

const MAX_MESSAGE_LENGTH = 500;

/**
 * Wraps a handler. `raw` and `acknowledge` come from a stranger: `acknowledge` may be missing or not a function.
 * `onFault` sees what was not a {@link Refusal}; the sender only learns that something went wrong.
 */
export function validated<S extends z.ZodType, T>(
  schema: S,
  handle: (request: z.output<S>) => Promise<T> | T,
  onFault: (error: unknown) => void,
): (raw: unknown, acknowledge: unknown) => Promise<void> {
  return async (raw, acknowledge) => answer(acknowledge, await outcome(schema, handle, raw, onFault), onFault);
}

/** Sends a result when there is someone to send it to. Never throws. */
export function answer<T>(acknowledge: unknown, result: Result<T>, onFault: (error: unknown) => void): void {
  if (typeof acknowledge !== "function") return;
  try {
    acknowledge(result);
  } catch (error) {
    onFault(error);
  }
}

export type Refused = Pick<Refusal, "code" | "message"> & Partial<Pick<Refusal, "told" | "retryAfterMs">>;

/** A refusal as it travels; what is longer than that travels cut off, and is not told as data. */
export function failureOf({ code, message, told = null, retryAfterMs = null }: Refused): Result<never> {
  const data = message.length > MAX_MESSAGE_LENGTH ? undefined : toldSchema.safeParse(told).data;
  return {
    ok: false,
    error: {
      code,
      message: message.slice(0, MAX_MESSAGE_LENGTH),
      ...(data && { told: data }),
      ...(retryAfterMs !== null && { retryAfterMs }),
    },
  };
}

/** What does not fit of a request. */
function unfit(error: z.core.$ZodError, given: unknown): Said {
  return { message: schemaWords(error, { given }), told: schemaSaying(error, { given }) as Told };
}

async function outcome<S extends z.ZodType, T>(
  schema: S,
  handle: (request: z.output<S>) => Promise<T> | T,
  raw: unknown,
  onFault: (error: unknown) => void,
): Promise<Result<T>> {
  try {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return { ok: true, data: await handle(parsed.data) };
    return failureOf(new Refusal("INVALID_PAYLOAD", unfit(parsed.error, raw)));
  } catch (error) {
    if (error instanceof Refusal) return failureOf(error);
    onFault(error);
    return failureOf(new Refusal("INTERNAL", ["wentWrong"]));
  }
}
