import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { memoryView } from "./memoryView.ts";

const config = defaultFederation({ name: "x", model: decoderBase, task: { kind: "label", labels: ["a", "b"] } });
const view = (bytes: number | null, tensorBytes: number | null = null) =>
  memoryView(config, { bytes, tensorBytes, weightBytes: null });

test("proposes the setting for small devices where that one fits", () => {
  const task = { kind: "label", labels: ["a", "b"] } as const;
  const small = defaultFederation({
    name: "x",
    model: decoderBase,
    task: { ...task, labels: [...task.labels] },
    devices: "small",
  });
  // Between what the two need at the least, found by halving.
  const fits = (bytes: number) => !memoryView(small, { bytes, tensorBytes: null, weightBytes: null }).isWarning;
  let [low, high] = [1, 2 ** 31];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle;
  }
  const limits = { bytes: high, tensorBytes: null, weightBytes: null };
  expect(memoryView(config, limits, small)).toEqual({
    text: expect.stringMatching(/\. The setting for phones and old laptops fits: choose it above\.$/),
    isWarning: true,
  });
  expect(memoryView(config, limits).text).toMatch(/It would fit with rows of \d+ tokens/);
  expect(memoryView(config, { ...limits, bytes: low }, small).text).not.toContain("phones");
});

test("says what training takes, and what would help where that is too much", () => {
  const { text, isWarning } = view(2 ** 31);
  expect(isWarning).toBe(false);
  const [, amount = ""] = /^Training takes about ([\d.]+ [kMG]?B) of memory in this tab\.$/.exec(text) ?? [];
  expect(amount).toMatch(/^\d/);
  expect(view(1)).toEqual({
    text: `Training takes about ${amount} of memory in this tab; it allows 1 B. No setting makes it fit: choose a smaller base model, or another device.`,
    isWarning: true,
  });
  expect(view(null, 4).text).toContain(`${amount} of memory in this tab, in larger pieces than this device allows. No setting`);
  // Somewhere below what is needed, fewer rows at a time are enough.
  const large = { ...config, training: { ...config.training, batchSize: 256 } };
  expect(memoryView(large, { bytes: 3e8, tensorBytes: null, weightBytes: null })).toEqual({
    text: expect.stringMatching(/so it computes \d+ rows? at a time\. The result is the same\.$/),
    isWarning: false,
  });
});
