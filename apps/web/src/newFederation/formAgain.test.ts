import { snapshotOf } from "@duet/client/testing/snapshots";
import { defaultFederation, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { DataStatistics } from "@duet/lora-core/protocol/dataStatistics";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { againForSmallDevices } from "../lib/federation/again.ts";
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
    ...{ work: "bySpeed", deadline: "bySpeed", statistics: "pause", beforeAggregation: false, seed: 3 },
  });
  const { statistics, ...unasked } = config;
  expect(statistics).toBe("pause");
  const choices = { method: "fedavg-finish", preset: "standard", labelVectors: "personal" } as const;
  const again = toConfig(formAgain({ config, choices, joining: "open", statistics: null }), 3);
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
    const again = formAgain({ config, choices, joining: "approval", statistics: null });
    expect([again.devices, again.joining]).toEqual([devices, "approval"]);
    const made = toConfig(again, config.seed);
    expect(made.ok && [made.config.training.batchSize, made.config.adapter.rank]).toEqual([
      config.training.batchSize,
      config.adapter.rank,
    ]);
  }
});

test("for small devices the noise stays as it was, of rows and of clients", () => {
  const task = { kind: "label" as const, labels: ["a", "b"] };
  const config = defaultFederation({
    ...{ name: "Wards", model: encoderBase, task, aggregation: "secure", method: "fedavg", labelVectors: null },
    ...{ clientEpsilon: 4, maxClients: 1000, minClients: 500, training: { privacy: { epsilon: 2.5, clip: 1 } } },
  });
  const again = againForSmallDevices(snapshotOf({ config }))?.again;
  const made = again && toConfig(formAgain(again), config.seed);
  const { batchSize, maxTokens } = defaultTraining("encoder", "small");
  expect(made).toMatchObject({
    ok: true,
    config: { clientPrivacy: config.clientPrivacy, training: { privacy: { epsilon: 2.5, clip: 1 }, batchSize, maxTokens } },
  });
});

test("for small devices what rows are like is asked as before, unless it is known", () => {
  const task = { kind: "label" as const, labels: ["a", "b"] };
  const asking = { name: "Wards", model: encoderBase, task, aggregation: "secure", statistics: "pause" } as const;
  const config = defaultFederation(asking);
  const asked = (statistics: DataStatistics) => againForSmallDevices(snapshotOf({ config, statistics }))?.again.statistics;
  const sum = { rows: 60, labels: [30, 30], lengths: [], present: 6, labelNats: 40 };
  expect(asked({ exchange: null, made: null })).toBe("pause");
  expect(asked({ exchange: null, made: { clients: ["anna", "bram", "chen"], sum } })).toBeNull();
  expect(asked({ exchange: { round: 0, attempt: 1, step: "keys", asked: ["anna"], answered: [] }, made: null })).toBeNull();
});
