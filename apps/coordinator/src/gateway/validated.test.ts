import { resultOf } from "@duet/lora-core/protocol/errors";
import { expect, test } from "vitest";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { validated } from "./validated.ts";

const schema = z.strictObject({ round: z.number() });

function gate(handle: (request: { round: number }) => unknown) {
  const faults: unknown[] = [];
  const answers: unknown[] = [];
  const receive = validated(schema, handle, (error) => faults.push(error));
  return { faults, answers, send: (raw: unknown, ack: unknown = (result: unknown) => answers.push(result)) => receive(raw, ack) };
}

test("passes the parsed request on and answers with the reply", async () => {
  const { send, answers } = gate(async ({ round }) => ({ next: round + 1 }));
  await send({ round: 3 });
  expect(answers).toEqual([{ ok: true, data: { next: 4 } }]);
});

test("names the field that does not fit, and never calls the handler", async () => {
  const { send, answers } = gate(() => {
    throw new Error("must not be called");
  });
  await send({ round: "3" });
  await send(null);
  expect(answers).toMatchObject([
    {
      ok: false,
      error: { code: "INVALID_PAYLOAD", message: "Round must be a number", told: ["about", "round", ["kind", "number"]] },
    },
    {
      ok: false,
      error: {
        code: "INVALID_PAYLOAD",
        message: "The whole of it must be a group of fields",
        told: ["about", "the whole of it", ["kind", "object"]],
      },
    },
  ]);
});

test("a refusal travels, in words and as data", async () => {
  const refusing = gate(() => {
    throw new Refusal("WRONG_ROUND", ["otherRoundOpen", 3, 4], { retryAfterMs: 700 });
  });
  await refusing.send({ round: 3 });
  const message = "Round 3 is not open; round 4 is";
  const error = { code: "WRONG_ROUND", message, told: ["otherRoundOpen", 3, 4], retryAfterMs: 700 };
  expect(refusing.answers).toEqual([{ ok: false, error }]);
  expect(resultOf(z.unknown()).parse(refusing.answers[0])).toEqual({ ok: false, error });
  expect(refusing.faults).toEqual([]);
});

test("what is too long travels cut off, in words alone", async () => {
  const refusing = gate(() => {
    throw new Refusal("INVALID_PAYLOAD", ["unfitSettings", "x".repeat(600)]);
  });
  await refusing.send({ round: 1 });
  expect(refusing.answers).toEqual([{ ok: false, error: { code: "INVALID_PAYLOAD", message: "x".repeat(500) } }]);
});

test("an error that is no refusal is reported here and only named INTERNAL there", async () => {
  const failing = gate(() => Promise.reject(new Error("path /secret")));
  await failing.send({ round: 1 });
  expect(JSON.stringify(failing.answers)).not.toContain("secret");
  expect(failing.answers).toMatchObject([{ error: { code: "INTERNAL" } }]);
  expect(failing.faults).toMatchObject([{ message: "path /secret" }]);
});

test("a missing or throwing acknowledgement harms nobody", async () => {
  const { send, faults } = gate(() => "done");
  await send({ round: 1 }, undefined);
  await send({ round: 1 }, { call: 1 });
  await send({ round: 1 }, () => {
    throw new Error("ack broke");
  });
  expect(faults).toMatchObject([{ message: "ack broke" }]);
});
