import { expect, test } from "vitest";
import { DuetError, duetErrorOf, explain, hasCode } from "./duetError.ts";
import { isErrorCode, NEXT_STEPS, REFUSALS } from "./errorTable.ts";

test("every code has a next step that is a sentence, and refusals are among them", () => {
  for (const [code, step] of Object.entries(NEXT_STEPS)) {
    expect(step, code).toMatch(/^[A-Z].*\.$/s);
    expect(isErrorCode(code)).toBe(true);
  }
  expect(Object.keys(NEXT_STEPS)).toEqual(expect.arrayContaining(Object.keys(REFUSALS)));
  expect(isErrorCode("toString")).toBe(false);
});

test("what happened is the message, what to do follows from the code alone", () => {
  // The words of one kind of failure in the message of another lead nowhere else.
  const misleading = new DuetError("LOSS_NOT_FINITE", "The loss is not a number: out of memory, reload, NaN");
  expect(explain(misleading)).toEqual({
    code: "LOSS_NOT_FINITE",
    sentence: "The loss is not a number: out of memory, reload, NaN.",
    nextStep: NEXT_STEPS.LOSS_NOT_FINITE,
  });
  expect(explain(new RangeError("NaN: failed to allocate"))).toEqual({
    code: "UNEXPECTED",
    sentence: "NaN: failed to allocate.",
    nextStep: NEXT_STEPS.UNEXPECTED,
  });
  expect(explain("just a text!")).toEqual({ code: "UNEXPECTED", sentence: "just a text!", nextStep: NEXT_STEPS.UNEXPECTED });
});

test("WebAssembly that gives up counts as memory that ran out", () => {
  expect(duetErrorOf(new WebAssembly.RuntimeError("unreachable")).code).toBe("OUT_OF_MEMORY");
});

test("codes are asked for by name", () => {
  expect(hasCode(new DuetError("TIMEOUT", "no answer"), "UNREACHABLE", "TIMEOUT")).toBe(true);
  expect(hasCode(new DuetError("FORBIDDEN", "no"), "UNREACHABLE", "TIMEOUT")).toBe(false);
  expect(hasCode(new Error("TIMEOUT"), "TIMEOUT")).toBe(false);
});
