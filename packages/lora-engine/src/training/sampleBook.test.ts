import type { KeptSamples } from "@duet/lora-core/contract/answerSamples";
import { expect, test } from "vitest";
import { createSampleBook } from "./sampleBook.ts";

test("nothing is kept of a client that is forgotten while its samples are noted", async () => {
  const saved: string[] = [];
  let answer: (kept: KeptSamples | null) => void = () => {};
  const book = createSampleBook({
    of: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    save: async (clientId) => void saved.push(clientId),
  });
  const noting = book.note("anna", 0, { places: [1], answers: {} });
  book.forget("anna");
  answer(null);
  await noting;
  expect(saved).toEqual([]);
});
