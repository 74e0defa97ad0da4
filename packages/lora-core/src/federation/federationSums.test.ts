import { expect, test } from "vitest";
import { vectorLayout } from "../secureAggregation/vectorLayout.ts";
import { federationPlans } from "../strategies/federationPlans.ts";
import { presetOf } from "./federationDefaults.ts";
import { federationSums } from "./federationSums.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const config: Parameters<typeof federationSums>[0] = {
  adapter: { rank: 8, alpha: 16, dropout: 0, targetModules: ["q"] },
  strategy: presetOf("fdlora"),
  budgets: { local: steps(6), inner: steps(3), rounds: 3 },
  training: { batchSize: 8, maxTokens: 32, learningRate: 0.003, warmupSteps: 0, weightDecay: 0, clipNorm: 1 },
  upload: { format: "int8", topK: null },
  maxClients: 20,
  aggregation: "secure",
  task: { kind: "label", labels: ["a", "b"] },
};
const plans = federationPlans(config.strategy, config);

test("every round's sum is a layout that survives JSON, with one value for the update", () => {
  const sums = federationSums(config, plans);
  expect(JSON.parse(JSON.stringify(sums))).toEqual(sums);
  expect(sums?.layouts).toHaveLength(plans.rounds.length);
  for (const [index, layout] of (sums?.layouts ?? []).entries()) {
    expect(vectorLayout.parse(layout)).toEqual(layout);
    const update = layout.groups.find(({ name }) => name === "update");
    // The last round, which fuses, shares no adapter: its figures are summed alone.
    if (plans.rounds[index]?.plan.upload) expect(update).toMatchObject({ kind: "real", length: 1 });
    else expect(update).toBeUndefined();
  }
});

test("what rows are like has a layout where it is asked", () => {
  expect(federationSums(config, plans)?.statistics).toBeNull();
  const asked = federationSums({ ...config, statistics: "goOn" }, plans)?.statistics;
  expect(asked?.groups.map(({ name }) => name)).toEqual(["rows", "lengths", "labels", "present", "labelNats"]);
});

test("there is none where updates are sent as they are, or with noise", () => {
  expect(federationSums({ ...config, aggregation: "plain" }, plans)).toBeNull();
  expect(federationSums({ ...config, clientPrivacy: { epsilon: 8, delta: 1e-5, clip: 1 } }, plans)).toBeNull();
});
