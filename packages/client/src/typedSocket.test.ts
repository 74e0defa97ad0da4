import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test } from "vitest";
import { parseReply } from "./typedSocket.ts";

test("a good reply comes out parsed", () => {
  const named = { sha256: "5b".repeat(32), bytes: 4 };
  expect(parseReply("round:fetch", { ok: true, data: { adapter: named } })).toEqual({ adapter: named });
});

test("a refusal becomes an error with the coordinator's code and words", () => {
  const refusal = { ok: false, error: { code: "FORBIDDEN", message: "This link does not open this federation" } };
  const attempt = () => parseReply("federation:list", refusal);
  expect(attempt).toThrow(DuetError);
  expect(attempt).toThrow(expect.objectContaining({ code: "FORBIDDEN", message: "This link does not open this federation" }));
});

test("what a refusal says as data comes along, and is left out where it is none", () => {
  const toldOf = (told: unknown) => {
    const error = { code: "FEDERATION_FULL", message: "This federation is full: it takes 3 clients", told };
    try {
      return parseReply("client:join", { ok: false, error });
    } catch (refused) {
      return refused;
    }
  };
  expect(toldOf(["federationFull", 3])).toMatchObject({ code: "FEDERATION_FULL", told: ["federationFull", 3] });
  for (const told of [undefined, null, "federationFull", ["federationFull", { clients: 3 }], ["x".repeat(41)]]) {
    expect(toldOf(told)).toMatchObject({
      code: "FEDERATION_FULL",
      message: expect.stringMatching(/takes 3 clients/),
      told: null,
    });
  }
});

test("anything else is refused, unknown keys included", () => {
  for (const raw of [undefined, "ok", { ok: true }, { ok: true, data: { federations: [], extra: 1 } }]) {
    expect(() => parseReply("federation:list", raw)).toThrow(expect.objectContaining({ code: "BAD_REPLY" }));
  }
});
