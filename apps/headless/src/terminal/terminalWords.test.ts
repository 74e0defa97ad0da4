import { DuetError } from "@duet/lora-core/errors/duetError";
import { type ErrorCode, NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { expect, test } from "vitest";
import { explainHere, saidHere } from "./terminalWords.ts";

test("no next step at a terminal speaks of a page, a tab or a browser", () => {
  for (const code of Object.keys(NEXT_STEPS) as ErrorCode[]) {
    expect(explainHere(new DuetError(code, "x")).nextStep, code).not.toMatch(/\b(page|tabs?|browser|reload)\b/i);
  }
});

test("what a session tells without its code is put into the same words", () => {
  const failure = { sentence: "It died.", nextStep: NEXT_STEPS.WORKER_DIED };
  expect(saidHere(failure).nextStep).toMatch(/^Run the same command again/);
});
