import { expect, test } from "vitest";
import { federationConfig } from "../protocol/federationConfig.ts";
import { decoderBase, encoderBase } from "../protocol/testing/baseModels.ts";
import { methodOf } from "../strategies/registry.ts";
import { defaultFederation, presetOf } from "./federationDefaults.ts";

const task = { kind: "label" as const, labels: ["yes", "no"] };

test("the defaults are a valid federation on the model's own targets", () => {
  const config = federationConfig.parse(defaultFederation({ name: "ward notes", model: encoderBase, task }));
  expect(config.adapter).toEqual({ rank: 8, alpha: 16, dropout: 0, targetModules: ["qkv", "output", "up", "down"] });
  expect(config.strategy.id).toBe("fdlora");
  expect(config.strategy.preset).toBe("private");
  expect(config.training).toMatchObject({ learningRate: 3e-3, batchSize: 16, maxTokens: 48 });
  expect(() => methodOf(config.strategy)).not.toThrow();
});

test("a causal language model gets its own training settings, and choices override both", () => {
  const config = defaultFederation({ name: "logs", model: decoderBase, task, innerSteps: 5, training: { batchSize: 2 } });
  expect(config.training).toMatchObject({ learningRate: 4e-3, batchSize: 2, maxTokens: 64 });
  expect(config.budgets.inner).toEqual({ unit: "steps", amount: 5 });
});

test("small devices train rank 4 on queries and values, on fewer and shorter rows, whatever the base", () => {
  const small = (model: typeof encoderBase) =>
    federationConfig.parse(defaultFederation({ name: "phones", model, task, devices: "small" }));
  const [encoder, decoder] = [small(encoderBase), small(decoderBase)];
  expect(encoder.adapter).toEqual({ rank: 4, alpha: 8, dropout: 0, targetModules: ["qkv"] });
  expect(encoder.training).toMatchObject({ batchSize: 8, maxTokens: 32, learningRate: 3e-3 });
  expect(decoder.adapter).toMatchObject({ rank: 4, targetModules: ["q_proj", "v_proj"] });
  expect(decoder.training).toMatchObject({ batchSize: 4, maxTokens: 48 });
});

test("an unknown method or preset is refused with what there is", () => {
  expect(() => presetOf("fedprox-x")).toThrow(/there are: fdlora/);
  expect(() => presetOf("fdlora", "best")).toThrow(/has: private/);
  expect(presetOf("fdlora", "private").config).toMatchObject({ init: "seed" });
});
