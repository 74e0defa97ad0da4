import { defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { type Measured, proposeRank, roundBytes } from "./rankProposal.ts";

const task = { kind: "label" as const, labels: ["a", "b", "c", "d"] };
const federation = (choices: Partial<FederationChoices> = {}) =>
  defaultFederation({
    ...{ name: "f", model: encoderBase, task, method: "fedavg", ranks: "padded", innerSteps: 10 },
    ...choices,
  });
const config = { ...federation(), adapter: { ...federation().adapter, rank: 16, alpha: 32 } };
const batch = config.training.batchSize;
/** Ten steps of a second each, and a link on which what travels with rank 16 takes so many seconds. */
const measured = (seconds: number): Measured => ({
  speed: { tokens: 100 * batch, seconds: 1, tokensPerRow: 100 },
  trainRows: 60,
  bytesPerSecond: roundBytes(config, 16) / seconds,
});

test("a rank of a quarter sends and fetches about a quarter of the bytes, but for the vectors of labels", () => {
  const plain = { ...config, adapter: { ...config.adapter, prototypes: undefined } };
  expect(roundBytes(plain, 4) / roundBytes(plain, 16)).toBeCloseTo(0.25, 2);
  expect(roundBytes(config, 4)).toBeGreaterThan(roundBytes(plain, 4));
});

test("in a secure sum only what is fetched gets smaller", () => {
  const secure = {
    ...config,
    ...{ aggregation: "secure" as const, minClients: 3 },
    adapter: { ...config.adapter, prototypes: undefined },
  };
  const saved = roundBytes(secure, 16) - roundBytes(secure, 8);
  const { adapter } = secure;
  const fetched = roundBytes({ ...secure, aggregation: "plain" }, 16) - roundBytes({ ...secure, aggregation: "plain" }, 8);
  expect([adapter.rank, saved > 0, saved < fetched]).toEqual([16, true, true]);
});

test("where nothing was measured the memory alone proposes", () => {
  expect(proposeRank(config, 16, null)).toEqual({ rank: 16, why: "all", seconds: null });
  expect(proposeRank(config, 8, { ...measured(600), bytesPerSecond: null })).toEqual({ rank: 8, why: "memory", seconds: null });
});

test("a slow link proposes fewer ranks, each halving for a tenth of the round and five seconds at least", () => {
  const slow = proposeRank(config, 16, measured(60));
  expect(slow).toMatchObject({ rank: 4, why: "link" });
  expect(slow.seconds?.held).toBeCloseTo(70, 6);
  expect(slow.seconds?.proposed).toBeLessThan(30);
  // Half of 16 seconds is saved once, and a quarter of them is no five seconds.
  expect(proposeRank(config, 16, measured(16)).rank).toBe(8);
  expect(proposeRank(config, 16, measured(8))).toMatchObject({ rank: 16, why: "all" });
});

test("where a round is mostly computing, fewer ranks are not worth it however slow the device is", () => {
  const hour = { ...measured(60), speed: { tokens: 100 * batch, seconds: 360, tokensPerRow: 100 } };
  expect(proposeRank(config, 16, hour)).toMatchObject({ rank: 16, why: "all" });
  expect(proposeRank(config, 8, hour)).toMatchObject({ rank: 8, why: "memory" });
});

test("what the memory holds is the most, whatever the link is like", () => {
  expect(proposeRank(config, 4, measured(600))).toMatchObject({ rank: 4, why: "memory" });
  expect(proposeRank(config, 8, measured(600))).toMatchObject({ rank: 4, why: "link" });
});

test("a plan in passes over the rows takes as many steps as this client has rows for", () => {
  const passes = { ...config, budgets: { ...config.budgets, inner: { unit: "epochs" as const, amount: 2 } } };
  const { seconds } = proposeRank(passes, 16, { ...measured(60), trainRows: 10 * batch });
  expect(seconds?.held).toBeCloseTo(80, 6);
});
