import { expect, test } from "vitest";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { decoderBase, encoderBase } from "../protocol/testing/baseModels.ts";
import { say } from "../sayings/saying.ts";
import { methodOf } from "../strategies/registry.ts";
import { CHOICE_SENTENCES } from "./choiceSentences.ts";
import { defaultFederation, presetOf } from "./federationDefaults.ts";
import { embeddingWidth, prototypesOn, prototypesRefusal } from "./labelPrototypes.ts";

const task = { kind: "label" as const, labels: ["17", "4", "-"] };
const encoder = parseArchitecture(encoderBase.config);
const config = defaultFederation({ name: "Codes", model: encoderBase, task, labelVectors: "shared" });

const refusalOf = (change: Partial<typeof config> = {}, method = "fdlora", base = encoder) => {
  const refusal = prototypesRefusal(methodOf(presetOf(method)), config.budgets, base, { ...config, ...change });
  return refusal && say(CHOICE_SENTENCES, refusal);
};

test("they are as many as labels and as wide as the base's embeddings, and there are none of texts or on a base that writes", () => {
  const choice = { rate: 0.5, travel: "personal" } as const;
  expect(prototypesOn(encoder, task, choice)).toEqual({ ...choice, labels: 3, width: embeddingWidth(encoder) });
  expect(prototypesOn(encoder, { kind: "text" }, choice)).toBeNull();
  expect(prototypesOn(parseArchitecture(decoderBase.config), task, choice)).toBeNull();
});

test("what they do not go together with is said in a sentence", () => {
  const { adapter, training } = config;
  const wrong = { ...adapter, prototypes: { ...(adapter.prototypes ?? { width: 1, rate: 1, travel: "shared" }), labels: 2 } };
  expect(refusalOf()).toBeNull();
  expect(
    refusalOf({ adapter: { ...adapter, prototypes: undefined }, training: { ...training, privacy: { epsilon: 8, clip: 1 } } }),
  ).toBeNull();
  expect(refusalOf({ adapter: wrong })).toMatch(/^The label prototypes are 2 of width \d+, the task and the base have 3 of/);
  expect(refusalOf({ training: { ...training, privacy: { epsilon: 8, clip: 1 } } })).toMatch(
    /noise of differential privacy does not cover/,
  );
  expect(refusalOf({ clientPrivacy: { epsilon: 8, delta: 0.01, clip: 1 } })).toMatch(
    /noise of differential privacy does not cover/,
  );
  expect(refusalOf({}, "fdlora", parseArchitecture(decoderBase.config))).toMatch(/on a base that compares texts/);
  const refused = ["fedavg", "ditto", "fedamp", "flexlora", "scaffold", "flora", "fedex-lora"].filter((id) => refusalOf({}, id));
  expect(refused).toEqual(["scaffold", "flora", "fedex-lora"]);
});
