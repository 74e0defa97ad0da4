import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { memoryView } from "./memoryView.ts";

const config = defaultFederation({ name: "x", model: decoderBase, task: { kind: "label", labels: ["a", "b"] } });
const ALONE = { kind: "form", smaller: null, usual: null } as const;
const view = (bytes: number | null, tensorBytes: number | null = null) =>
  memoryView(config, { bytes, tensorBytes, weightBytes: null }, ALONE);

test("proposes the setting for small devices where that one fits", () => {
  const task = { kind: "label", labels: ["a", "b"] } as const;
  const small = defaultFederation({
    name: "x",
    model: decoderBase,
    task: { ...task, labels: [...task.labels] },
    devices: "small",
  });
  // Between what the two need at the least, found by halving.
  const fits = (bytes: number) => !memoryView(small, { bytes, tensorBytes: null, weightBytes: null }, ALONE).isWarning;
  let [low, high] = [1, 2 ** 31];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle;
  }
  const limits = { bytes: high, tensorBytes: null, weightBytes: null };
  expect(memoryView(config, limits, { ...ALONE, smaller: small })).toEqual({
    text: expect.stringMatching(/\. The setting for phones and old laptops fits: choose it above\.$/),
    isWarning: true,
  });
  expect(memoryView(config, limits, ALONE).text).toMatch(/It would fit with rows of \d+ tokens/);
  expect(memoryView(config, { ...limits, bytes: low }, { ...ALONE, smaller: small }).text).not.toContain("phones");
  // Who has the small one is told that the usual one does not fit; who joins can choose neither.
  expect(memoryView(small, limits, { ...ALONE, usual: config }).text).toMatch(
    /for laptops and desktops does not fit this device\.$/,
  );
  expect(memoryView(small, { ...limits, bytes: 2 ** 31 }, { ...ALONE, usual: config }).text).not.toContain("desktops");
  const large = { ...config, training: { ...config.training, batchSize: 256 } };
  const whole = memoryView(small, { ...limits, bytes: 3e8 }, { ...ALONE, usual: large });
  expect(whole.text).toMatch(/What is for laptops and desktops would be computed in pieces here\.$/);
  const joining = { kind: "join", smaller: small } as const;
  expect(memoryView(config, limits, joining).text).toMatch(
    /A federation for phones and old laptops would fit: ask its organiser/,
  );
  expect(memoryView(config, { ...limits, bytes: low }, joining).text).toMatch(
    /Join from a device with more memory\. You can join/,
  );
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
  expect(memoryView(large, { bytes: 3e8, tensorBytes: null, weightBytes: null }, ALONE)).toEqual({
    text: expect.stringMatching(/so it computes \d+ rows? at a time\. The result is the same\.$/),
    isWarning: false,
  });
});
