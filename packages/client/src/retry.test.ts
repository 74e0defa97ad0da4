import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test } from "vitest";
import { isTransient } from "./retry.ts";

test("only silence and overload are worth trying again", () => {
  expect(isTransient(new DuetError("TIMEOUT", "no answer"))).toBe(true);
  expect(isTransient(new DuetError("NOT_JOINED", "not yet"))).toBe(true);
  expect(isTransient(new DuetError("FORBIDDEN", "wrong token"))).toBe(false);
  expect(isTransient(new Error("boom"))).toBe(false);
});
