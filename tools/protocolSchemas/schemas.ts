/**
 * The protocol's messages as JSON Schema (draft 2020-12), made from the zod schemas that both sides parse with: `requests` as a sender
 * writes them, `replies` and what is pushed as a receiver reads them. What zod checks beyond shapes (an id's form, visible text) is in
 * no schema; bytes are anything.
 */
import { messages } from "@duet/lora-core/protocol/messages";
import { snapshotChange } from "@duet/lora-core/protocol/snapshotChange";
import { z } from "zod";

export const SCHEMA_FILE = "clients/python/src/duet_client/protocol.json";

export function protocolSchemas() {
  const each = (part: "request" | "reply", io: "input" | "output") =>
    Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, schemaOf(message[part], io)]));
  return { requests: each("request", "input"), replies: each("reply", "output"), change: schemaOf(snapshotChange, "output") };
}

/** As the file has them. */
export const schemaText = (): string => `${JSON.stringify(protocolSchemas(), null, 1)}\n`;

function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return shape;
}
