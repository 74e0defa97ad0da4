import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { NEXT_STEPS_FILE, nextStepsText } from "./nextSteps.ts";

it("is what is committed: run `npm run protocol-schemas` after a change of the words", () => {
  expect(readFileSync(NEXT_STEPS_FILE, "utf8") === nextStepsText()).toBe(true);
});
