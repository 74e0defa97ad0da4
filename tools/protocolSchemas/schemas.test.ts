import { readFileSync } from "node:fs";
import { messages } from "@duet/lora-core/protocol/messages";
import { expect, it } from "vitest";
import { protocolSchemas, SCHEMA_FILE, schemaText } from "./schemas.ts";

it("is what is committed: run `npm run protocol-schemas` after a change of the protocol", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8") === schemaText()).toBe(true);
});

it("has every message, and refuses what is in none", () => {
  const { requests, replies } = protocolSchemas();
  expect(Object.keys(requests)).toEqual(Object.keys(messages));
  expect(Object.keys(replies)).toEqual(Object.keys(messages));
  for (const schema of Object.values(requests)) expect(schema).toMatchObject({ type: "object", additionalProperties: false });
});
