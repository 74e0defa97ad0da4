import { expect, test } from "vitest";
import { type FederationConfig, federationConfig } from "../protocol/federationConfig.ts";
import { decoderBase, encoderBase } from "../protocol/testing/baseModels.ts";
import { methodOf } from "../strategies/registry.ts";
import { aloneRefusal } from "./choiceRefusals.ts";
import { defaultFederation, presetOf } from "./federationDefaults.ts";

const task = { kind: "label" as const, labels: ["yes", "no"] };

test("the defaults are a valid federation on the model's own targets", () => {
  const config = federationConfig.parse(defaultFederation({ name: "ward notes", model: encoderBase, task }));
  expect(config.adapter).toEqual({
    ...{ rank: 8, alpha: 16, dropout: 0, targetModules: ["qkv", "output", "up", "down"] },
    prototypes: { labels: 2, width: 512, rate: 1, travel: "shared" },
  });
  expect(config.strategy.id).toBe("fedavg-finish");
  expect(config.strategy.preset).toBe("standard");
  expect(config.training).toMatchObject({ learningRate: 1e-3, batchSize: 16, maxTokens: 48 });
  expect(() => methodOf(config.strategy)).not.toThrow();
});

test("a causal language model gets its own training settings, and choices override both", () => {
  const config = defaultFederation({ name: "logs", model: decoderBase, task, innerSteps: 5, training: { batchSize: 2 } });
  expect(config.training).toMatchObject({ learningRate: 4e-3, batchSize: 2, maxTokens: 64 });
  expect(config.budgets.inner).toEqual({ unit: "steps", amount: 5 });
});

test("labels are vectors wherever they can be, unless somebody says otherwise", () => {
  const made = (change: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
    federationConfig.parse(defaultFederation({ name: "labels", model: encoderBase, task, ...change }));
  const labelsOf = (change: Parameters<typeof made>[0]) => {
    const { adapter, training } = made(change);
    return [adapter.prototypes?.travel ?? "texts", training.learningRate];
  };
  expect(labelsOf({ aggregation: "secure" })).toEqual(["shared", 1e-3]);
  expect(labelsOf({ labelVectors: "personal" })).toEqual(["personal", 1e-3]);
  expect(labelsOf({ training: { learningRate: 2e-3 } })).toEqual(["shared", 2e-3]);
  // Chosen, or because they cannot be had.
  const privacy = { epsilon: 8, clip: 1 };
  expect(labelsOf({ labelVectors: null })).toEqual(["texts", 3e-3]);
  expect(labelsOf({ training: { privacy } })).toEqual(["texts", 3e-3]);
  expect(labelsOf({ aggregation: "secure", clientEpsilon: 8, minClients: 3 })).toEqual(["texts", 3e-3]);
  expect(labelsOf({ method: "scaffold" })).toEqual(["texts", 3e-3]);
  expect(labelsOf({ model: decoderBase })).toEqual(["texts", 4e-3]);
  expect(labelsOf({ task: { kind: "text" } })).toEqual(["texts", 3e-3]);
});

test("the shared adapter is measured before it is aggregated where figures are told, unless somebody says otherwise", () => {
  const asks = (change: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
    defaultFederation({ name: "wards", model: encoderBase, task, ...change }).beforeAggregation ?? false;
  expect([asks(), asks({ aggregation: "secure" }), asks({ beforeAggregation: false })]).toEqual([true, true, false]);
  expect(asks({ training: { privacy: { epsilon: 8, clip: 1 } } })).toBe(false);
  expect(asks({ aggregation: "secure", clientEpsilon: 8, beforeAggregation: true })).toBe(false);
});

test("an imported adapter's labels stay what they are", () => {
  const settings = { rank: 4, alpha: 8, targetModules: ["qkv"] };
  const sha256 = "0".repeat(64);
  const prototypes = { labels: 2, width: 512, rate: 1, travel: "shared" as const };
  const made = (initial: { settings: typeof settings & { prototypes?: typeof prototypes }; sha256: string }) =>
    federationConfig.parse(defaultFederation({ name: "again", model: encoderBase, task, initial }));
  expect(made({ settings, sha256 }).adapter.prototypes).toBeUndefined();
  expect(made({ settings: { ...settings, prototypes }, sha256 })).toMatchObject({
    adapter: { prototypes },
    training: { learningRate: 1e-3 },
  });
});

test("small devices train rank 4 on queries and values, on fewer and shorter rows, whatever the base", () => {
  const small = (model: typeof encoderBase) =>
    federationConfig.parse(defaultFederation({ name: "phones", model, task, devices: "small" }));
  const [encoder, decoder] = [small(encoderBase), small(decoderBase)];
  expect(encoder.adapter).toMatchObject({ rank: 4, alpha: 8, dropout: 0, targetModules: ["qkv"] });
  expect(encoder.training).toMatchObject({ batchSize: 8, maxTokens: 32, learningRate: 1e-3 });
  expect(decoder.adapter).toMatchObject({ rank: 4, targetModules: ["q_proj", "v_proj"] });
  expect(decoder.training).toMatchObject({ batchSize: 4, maxTokens: 48 });
});

test("an unknown method or preset is refused with what there is", () => {
  expect(() => presetOf("fedprox-x")).toThrow(/there are: fedavg-finish, fdlora/);
  expect(() => presetOf("fdlora", "best")).toThrow(/has: private/);
  expect(presetOf("fdlora", "private").config).toMatchObject({ init: "seed" });
});

test("learning alone is compared with where somebody asks, there are figures to tell, and something else is done", () => {
  const asked = (change: Partial<Parameters<typeof defaultFederation>[0]> = {}) =>
    defaultFederation({ name: "compared", model: encoderBase, task, alone: true, ...change }).alone ?? false;
  expect(asked()).toBe(true);
  expect(asked({ alone: false })).toBe(false);
  expect(asked({ method: "local" })).toBe(false);
  expect(asked({ clientEpsilon: 3, aggregation: "secure" })).toBe(false);
  expect(asked({ training: { privacy: { epsilon: 8, clip: 1 } } })).toBe(false);
  const noisy = defaultFederation({ name: "noisy", model: encoderBase, task, training: { privacy: { epsilon: 8, clip: 1 } } });
  const refusal = (config: FederationConfig) => aloneRefusal(methodOf(config.strategy), config.budgets, config);
  expect(refusal({ ...noisy, alone: true })).toEqual(["aloneUnderNoise"]);
  expect(refusal(noisy)).toBeNull();
  const local = defaultFederation({ name: "apart", model: encoderBase, task, method: "local" });
  expect(refusal({ ...local, alone: true })).toEqual(["aloneAnyway", "Local only"]);
  expect(refusal(local)).toBeNull();
});
