import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { formAgain } from "./formAgain.ts";
import { toConfig } from "./toConfig.ts";

test("the form stands for the federation as it was, but for what is proposed and for what rows are like, which is known", () => {
  const config = defaultFederation({
    ...{ name: "Wards", model: encoderBase, task: { kind: "label", labels: ["a", "b"] }, aggregation: "secure" },
    ...{
      method: "fedavg",
      rounds: 7,
      innerSteps: 9,
      minClients: 4,
      maxClients: 11,
      clientsPerRound: 5,
      roundDeadlineSeconds: 150,
    },
    ...{ work: "bySpeed", deadline: "bySpeed", statistics: "pause", seed: 3 },
  });
  const { statistics, ...unasked } = config;
  expect(statistics).toBe("pause");
  const choices = { method: "fedavg-finish", preset: "standard", labelVectors: "personal" } as const;
  const again = toConfig(formAgain({ config, choices, joining: "open" }), 3);
  expect(again).toEqual({
    ok: true,
    config: {
      ...unasked,
      strategy: { id: "fedavg-finish", preset: "standard", config: {} },
      adapter: {
        ...unasked.adapter,
        prototypes: unasked.adapter.prototypes && { ...unasked.adapter.prototypes, travel: "personal" },
      },
    },
  });
});

test("small devices, and being asked before somebody comes in, are carried over", () => {
  const task = { kind: "label" as const, labels: ["a", "b"] };
  const choices = { method: "fedavg", preset: "standard", labelVectors: "shared" } as const;
  for (const devices of ["usual", "small"] as const) {
    const config = defaultFederation({ name: "Wards", model: encoderBase, task, aggregation: "secure", devices });
    const again = formAgain({ config, choices, joining: "approval" });
    expect([again.devices, again.joining]).toEqual([devices, "approval"]);
    const made = toConfig(again, config.seed);
    expect(made.ok && [made.config.training.batchSize, made.config.adapter.rank]).toEqual([
      config.training.batchSize,
      config.adapter.rank,
    ]);
  }
});
