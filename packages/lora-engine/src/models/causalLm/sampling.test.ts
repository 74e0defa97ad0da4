import { random } from "@duet/lora-core/tensors/random";
import { describe, expect, it, test } from "vitest";
import golden from "../../../fixtures/sampling/warpers.json" with { type: "json" };
import { expectClose } from "../../ops/testing/expectClose.ts";
import { candidates, sampleToken } from "./sampling.ts";

test.each(golden.cases)("keeps the tokens and probabilities of transformers with $options", ({ logits, options, kept }) => {
  const found = candidates(Float32Array.from(logits), options);
  const theirs = Object.entries(kept).map(([token, probability]) => ({ token: Number(token), probability }));
  const byToken = [...found].sort((a, b) => a.token - b.token);
  expect(byToken.map(({ token }) => token)).toEqual(theirs.map(({ token }) => token));
  const probabilities = (list: typeof theirs) => list.map(({ probability }) => probability);
  expectClose(probabilities(byToken), probabilities(theirs), { relative: 1e-5, absolute: 1e-7 });
  expect([...found].sort((a, b) => b.probability - a.probability)).toEqual(found);
});

describe("drawing a token", () => {
  const logits = Float32Array.from([0.5, 2, -1, 2.25, 1]);

  it("takes the first of the likeliest at temperature 0, and draws nothing", () => {
    const never = () => {
      throw new Error("drawn");
    };
    const options = { temperature: 0, topK: 2, topP: 0.5 };
    expect(sampleToken(logits, options, never)).toBe(3);
    expect(sampleToken(Float32Array.from([1, 4, 4]), options, never)).toBe(1);
  });

  it("draws every token as often as its probability says", () => {
    const options = { temperature: 0.9, topK: 4, topP: 0.97 };
    const uniform = random(8, "sampling");
    const draws = 20_000;
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const token = sampleToken(logits, options, uniform);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    const expected = candidates(logits, options);
    expect([...counts.keys()].sort()).toEqual(expected.map(({ token }) => token).sort());
    // Four standard deviations of a count.
    for (const { token, probability } of expected) {
      const deviation = Math.sqrt(probability * (1 - probability) * draws);
      expect(Math.abs((counts.get(token) ?? 0) - probability * draws)).toBeLessThan(4 * deviation);
    }
  });
});
