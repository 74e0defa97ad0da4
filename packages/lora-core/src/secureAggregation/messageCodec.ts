/** Messages of the protocol as bytes: JSON in UTF-8, in which bytes are base64url without padding. */
import { base64urlnopad } from "@scure/base";
import type { z } from "zod";
import { SecureAggregationError } from "./secureAggregationError.ts";

/** A public key as text, and back. */
export const encodeKey = (key: Uint8Array): string => base64urlnopad.encode(key);
export const decodeKey = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(base64urlnopad.decode(text));

export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(message, (_key, value: unknown) =>
    value instanceof Uint8Array ? base64urlnopad.encode(value) : value,
  );
  return new TextEncoder().encode(text);
}

/** @throws {SecureAggregationError} "unreadable" */
export function decodeMessage<T>(schema: z.ZodType<T>, content: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)));
  } catch (error) {
    throw new SecureAggregationError("unreadable", ["sumMessageUnread", String(error).slice(0, 200)]);
  }
}
