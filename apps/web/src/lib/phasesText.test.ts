import { expect, test } from "vitest";
import { phasesText } from "./phasesText.ts";

test("says where a round's time went, and nothing of what took none", () => {
  const phases = { load: 0, tokenise: 0, steps: 75, evaluation: 1.34, fusion: 0.01, encode: 0, wait: 12 };
  expect(phasesText({ phases })).toBe("steps 1 min 15 s, evaluation 1.3 s, wait 12 s");
  expect(phasesText({ phases: { ...phases, steps: 0, evaluation: 0, wait: 0 } })).toBe("–");
  expect(phasesText({})).toBe("–");
});
