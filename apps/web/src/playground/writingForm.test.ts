import { expect, test } from "vitest";
import { generateOptions, writingForm } from "./writingForm.ts";

test("fields at their neutral value filter nothing, and each line is a stop string", () => {
  expect(generateOptions(writingForm)).toMatchObject({ topK: null, topP: null, stop: [], temperature: 0 });
  const form = { ...writingForm, topK: 40, topP: 0.9, temperature: 0.7, stop: "Question:\n\n###", seed: 5 };
  expect(generateOptions(form)).toEqual({
    maxNewTokens: 64,
    topK: 40,
    topP: 0.9,
    temperature: 0.7,
    stop: ["Question:", "###"],
    seed: 5,
  });
});
