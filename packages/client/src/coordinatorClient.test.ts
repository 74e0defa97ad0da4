import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test } from "vitest";
import { parseReply } from "./coordinatorClient.ts";

test("a good reply comes out parsed, its adapter copied into bytes of its own", () => {
  const wire = new Uint8Array([1, 2, 3, 4]);
  const { adapter } = parseReply("round:fetch", { ok: true, data: { adapter: wire.buffer } });
  expect(adapter).toEqual(wire);
});

test("a refusal becomes an error with the coordinator's code and words", () => {
  const refusal = { ok: false, error: { code: "FORBIDDEN", message: "This link does not open this federation" } };
  const attempt = () => parseReply("federation:list", refusal);
  expect(attempt).toThrow(DuetError);
  expect(attempt).toThrow(expect.objectContaining({ code: "FORBIDDEN", message: "This link does not open this federation" }));
});

test("anything else is refused, unknown keys included", () => {
  for (const raw of [undefined, "ok", { ok: true }, { ok: true, data: { federations: [], extra: 1 } }]) {
    expect(() => parseReply("federation:list", raw)).toThrow(expect.objectContaining({ code: "BAD_REPLY" }));
  }
});
