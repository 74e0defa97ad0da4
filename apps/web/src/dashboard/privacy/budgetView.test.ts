import { clientOf, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { summedRounds } from "@duet/lora-core/federation/noisySum";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { expect, test } from "vitest";
import { budgetSummary, budgetView, clientBudget } from "./budgetView.ts";

const { config } = snapshotOf();
const training = { ...config.training, privacy: { epsilon: 8, clip: 1 } };
const NONE = { base: null, personal: null, shared: null, fused: null };
const MEANS = { trainRows: 60, testRows: 30, trainLoss: null, accuracy: NONE, testLoss: NONE };
const spent = (epsilon: number, change: object = {}) => ({
  metrics: metricsOf({ privacy: { epsilon, limit: 8, delta: 0.01, noiseMultiplier: 1.2, budgetSpent: false, ...change } }),
  standing: null,
});

test("without differential privacy there is no budget", () => {
  expect(budgetView(snapshotOf())).toBeNull();
});

test("the newest report counts; a spent budget is said; who has not reported is waited for", () => {
  const clients = [
    clientOf("anna", {
      history: [
        { round: 0, ...spent(1) },
        { round: 1, ...spent(2.314) },
      ],
    }),
    clientOf("bram", {
      history: [
        { round: 0, ...spent(8, { budgetSpent: true }) },
        { round: 1, metrics: metricsOf(), standing: null },
      ],
    }),
    clientOf("chen"),
    // What was trained before this federation asked for less.
    clientOf("dora", { history: [{ round: 0, ...spent(12.5, { budgetSpent: true, noiseMultiplier: 0.95, delta: 1 / 1374 }) }] }),
  ];
  expect(budgetView(snapshotOf({ config: { ...config, training }, clients }))).toEqual({
    epsilon: 8,
    noise:
      "In every step the gradient of a row is clipped to a norm of 1.00, and their sum gets noise whose deviation is 0.95 to 1.20 times that; delta is 0.00073 to 0.010.",
    rows: [
      { clientId: "anna", name: "anna", share: 2.314 / 8, spent: 2.314, text: "2.31 of 8.00", isSpent: false },
      { clientId: "bram", name: "bram", share: 1, spent: 8, text: "8.00 of 8.00", isSpent: true },
      { clientId: "chen", name: "chen", share: 0, spent: null, text: "after a round", isSpent: false },
      { clientId: "dora", name: "dora", share: 1, spent: 12.5, text: "12.50 of 8.00", isSpent: true },
    ],
  });
});

test("of many clients it is the median, the most, and how many train no more", () => {
  const row = (clientId: string, spent: number | null, isSpent = false) => ({
    clientId,
    name: clientId,
    share: 0,
    spent,
    text: "",
    isSpent,
  });
  const rows = [row("anna", 8, true), row("bram", 2.25), row("chen", null), row("dora", 3.5)];
  expect(budgetSummary(rows)).toBe("Median 3.50, most 8.00; 1 client trains no more.");
  expect(budgetSummary([row("chen", null)])).toBeNull();
});

test("what noisy sums tell of a client grows with every one that was begun, and comes to the limit with the last", () => {
  const noisy = { ...config, clientPrivacy: { epsilon: 8, delta: 0.005, clip: 1 } };
  const all = summedRounds(methodOf(config.strategy), config.budgets);
  const closed = Array.from({ length: all }, (_, round) => roundOf(round, { exchanges: 1 }));
  const after = (count: number) => clientBudget(snapshotOf({ config: noisy, rounds: closed.slice(0, count) }));
  expect(clientBudget(snapshotOf())).toBeNull();
  expect(after(0)).toMatchObject({ share: 0, text: "0.00 of 8.00" });
  const clipped = roundOf(0, { exchanges: 1, means: { ...MEANS, clip: 0.4 } });
  expect(clientBudget(snapshotOf({ config: noisy, rounds: [clipped] }))?.noise).toMatch(
    /norm of 0\.40 now, .* \d+\.\d\d times that; delta is 0\.0050\.$/,
  );
  const shares = Array.from({ length: all }, (_, count) => after(count + 1)?.share ?? 0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBeGreaterThan(0.99);
  expect(shares.at(-1)).toBeLessThanOrEqual(1);
});
