/** Methods known from before LoRA, by hand: what clients do, and what the coordinator makes of it. */
import { describe, expect, it } from "vitest";
import { stackRanks } from "../adapters/adapterSum.ts";
import { budgets, tensors, values } from "./conformance.ts";
import { ditto } from "./ditto.ts";
import { fedAmp } from "./fedAmp.ts";
import { fedAvg } from "./fedAvg.ts";
import { fedAvgFinish } from "./fedAvgFinish.ts";
import { fedDpa } from "./fedDpa.ts";
import { fedKd } from "./fedKd.ts";
import { fedOpt } from "./fedOpt.ts";
import { fedProx } from "./fedProx.ts";
import { fedRep } from "./fedRep.ts";
import { fedRod } from "./fedRod.ts";
import { scaffold } from "./scaffold.ts";
import type { Contribution, LocalStep, Strategy } from "./strategy.ts";

const start = tensors([0.5, -1], [0.25, 2]);
const x = tensors([1, 2], [2, -1]);
const y = tensors([-2, 1], [1, -3]);
const from = (clientId: string, sampleCount: number, t: typeof x): Contribution => ({ clientId, sampleCount, tensors: t });
const two = [from("a", 10, x), from("b", 30, y)];

const expectValues = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
};

/** The first preset's plan of round 2. */
function stepsOf<C>(strategy: Strategy<C>): readonly LocalStep[] {
  return strategy.plan(presetOf(strategy), budgets, { round: 2, isNewcomer: false }).steps;
}
function presetOf<C>(strategy: Strategy<C>, name = Object.keys(strategy.presets)[0] ?? ""): C {
  const preset = strategy.presets[name];
  if (preset === undefined) throw new Error(`No preset ${name}`);
  return preset;
}

describe("what clients do", () => {
  const half = { unit: "steps", amount: 6 };
  it("FedProx pulls the shared adapter towards what was received", () => {
    expect(stepsOf(fedProx)).toEqual([
      { kind: "train", slot: "shared", budget: budgets.inner, proximal: { to: "shared", mu: 0.1 } },
    ]);
  });
  it("FedAvg with a personal finish is FedAvg up to the last round, which trains a copy of the mean, sends nothing and serves it", () => {
    for (const round of [1, 2, 3, 4]) {
      expect(fedAvgFinish.plan({}, budgets, { round, isNewcomer: round > 2 })).toEqual(
        fedAvg.plan({}, budgets, { round, isNewcomer: round > 2 }),
      );
    }
    expect(fedAvgFinish.aggregate(fedAvgFinish.init(start, {}), two, {}, 1)).toEqual(
      fedAvg.aggregate(fedAvg.init(start, {}), two, {}, 1),
    );
    expect(fedAvgFinish.plan({}, budgets, { round: 5, isNewcomer: false })).toEqual({
      stage: "fusing",
      receive: { part: "all", extra: null },
      steps: [
        { kind: "copy", from: "shared", to: "personal" },
        { kind: "train", slot: "personal", budget: budgets.inner },
      ],
      upload: null,
      serve: { kind: "slot", slot: "personal" },
    });
  });
  it("Ditto trains its personal adapter towards the received one, before that is trained", () => {
    expect(stepsOf(ditto)).toEqual([
      { kind: "train", slot: "personal", budget: half, proximal: { to: "shared", mu: 0.1 } },
      { kind: "train", slot: "shared", budget: half },
    ]);
  });
  it("FedRep trains the head, then the body, and sends the body", () => {
    expect(stepsOf(fedRep).map((step) => (step.kind === "train" ? [step.slot, step.part] : null))).toEqual([
      ["shared", "head"],
      ["shared", "body"],
    ]);
    expect(fedRep.plan({}, budgets, { round: 2, isNewcomer: false }).upload?.part).toBe("body");
  });
  it("FedRoD balances the generic adapter, adds the personal one on top, serves both, and needs labels", () => {
    const both = { personal: 1, shared: 1 };
    expect(stepsOf(fedRod)).toEqual([
      { kind: "train", slot: "shared", budget: half, balanced: true },
      { kind: "train", slot: "personal", budget: half, active: both },
    ]);
    expect(fedRod.plan({}, budgets, { round: 5, isNewcomer: false }).serve).toEqual({ kind: "sum", weights: both });
    expect(fedRod.refusal?.("text")).toMatch(/labels/);
    expect(fedRod.refusal?.("label")).toBeNull();
  });
  it("FedKD lets each adapter learn from the other", () => {
    const distill = { weight: 0.5, temperature: 1 };
    expect(stepsOf(fedKd)).toEqual([
      { kind: "train", slot: "shared", budget: half, distill: { from: "personal", ...distill } },
      { kind: "train", slot: "personal", budget: half, distill: { from: "shared", ...distill } },
    ]);
  });
  it("FedRoD and FedKD together train both on the same batches, where the personal one begins as it is drawn", () => {
    const context = { round: 2, isNewcomer: false };
    const draw = { kind: "draw", slot: "personal" };
    expect(fedRod.plan(presetOf(fedRod, "together"), budgets, context).steps).toEqual([
      draw,
      { kind: "trainBoth", budget: half, shared: { balanced: true }, personal: { active: { personal: 1, shared: 1 } } },
    ]);
    const lesson = { distill: { weight: 1, temperature: 1 } };
    expect(fedKd.plan(presetOf(fedKd, "together"), budgets, context).steps).toEqual([
      draw,
      { kind: "trainBoth", budget: half, shared: lesson, personal: lesson },
    ]);
  });
  it("both of an odd K leave one step over, and of a single one take one each", () => {
    const amountOf = (amount: number) => {
      const [, step] = fedKd.plan(
        presetOf(fedKd, "together"),
        { ...budgets, inner: { unit: "steps", amount } },
        { round: 2, isNewcomer: false },
      ).steps;
      return step?.kind === "trainBoth" ? step.budget.amount : null;
    };
    expect([1, 2, 3, 7].map(amountOf)).toEqual([1, 1, 1, 3]);
  });
  it("FedDPA trains the local adapter in a mix with the frozen global one", () => {
    expect(stepsOf(fedDpa)[0]).toMatchObject({ slot: "personal", active: { personal: 0.5, shared: 0.5 } });
    const config = presetOf(fedDpa, "full-weight");
    const [step] = fedDpa.plan(config, budgets, { round: 2, isNewcomer: false }).steps;
    expect(step).toMatchObject({ slot: "personal", active: { personal: 1, shared: 1 } });
  });
});

describe("FedAMP", () => {
  const third = from("c", 5, tensors([4, 0], [1, 1]));
  const cloud = (attention: number) => {
    const config = { attention, width: 1, mu: 0.1 };
    const state = fedAmp.aggregate(fedAmp.init(start, config), [...two, third], config, 1);
    return (clientId: string) => values(fedAmp.download?.(state, clientId, config) ?? start);
  };
  // Squared distances a-b 15, a-c 18, b-c 53, mean 28.667.
  it("mixes by similarity: xi_ab = 0.5 e^(-15/28.667) = 0.29629, xi_ac = 0.5 e^(-18/28.667) = 0.26685", () => {
    expectValues(cloud(0.5)("a"), [0.911679, 1.169998, 1.436852, -1.05888]);
  });
  it("never lets the others count for more than 1 - 1/N", () => {
    expectValues(cloud(4)("a"), [0.895444, 1.017426, 1.333333, -1.069704]);
  });
  it("gives a client it does not know the mean", () => {
    expectValues(cloud(1)("new"), [1, 1, 4 / 3, -1]);
  });
});

describe("SCAFFOLD", () => {
  it("averages differences, keeps every control variate, and sends their mean behind the adapter", () => {
    const sent = (id: string, difference: typeof x, control: typeof x) => from(id, 1, stackRanks([difference, control]));
    const once = scaffold.aggregate(scaffold.init(start, {}), [sent("a", x, start), sent("b", y, x)], {}, 1);
    // start - (x + y) / 2
    expectValues(values(once.shared), [1, -2.5, -1.25, 4]);
    // c = (start + x) / 2, the adapter first.
    const down = scaffold.download?.(once, "a", {}) ?? start;
    expectValues(values(down), [1, -2.5, 0.75, 0.5, -1.25, 1.125, 4, 0.5]);
    // Only a answers: its newer c_a replaces start, b's stays. c = (y + x) / 2.
    const twice = scaffold.aggregate(once, [sent("a", x, y)], {}, 2);
    expectValues(values(scaffold.download?.(twice, "b", {}) ?? start), [0, -4.5, -0.5, 1.5, -3.25, 1.5, 5, -2]);
  });
});

describe("FedAvgM and FedAdam", () => {
  // Mean difference D by rows: ((1 - 6) / 4, (2 + 3) / 4; (2 + 3) / 4, (-1 - 9) / 4) = (-1.25, 1.25; 1.25, -2.5).
  it("FedAvgM: two rounds of the same D with momentum 0.5 move by D, then by 1.5 D", () => {
    const config = presetOf(fedOpt, "momentum");
    const once = fedOpt.aggregate(fedOpt.init(start, config), two, config, 1);
    expectValues(values(once.shared), [1.75, -2.25, -1, 4.5]);
    expectValues(values(fedOpt.aggregate(once, two, config, 2).shared), [3.625, -4.125, -2.875, 8.25]);
  });
  it("FedAdam: eta 0.1 D / (sqrt(0.01 D^2) + tau), and the moments go on", () => {
    const config = presetOf(fedOpt, "adam");
    const once = fedOpt.aggregate(fedOpt.init(start, config), two, config, 1);
    // 0.01 * 0.125 / (0.125 + 0.001) = 0.00992063; 0.01 * 0.25 / 0.251 = 0.00996016.
    expectValues(values(once.shared), [0.50992063, -1.00992063, 0.24007937, 2.00996016]);
    // v = 0.19 D, s = 0.0199 D^2: 0.01 * 0.2375 / (0.17633419 + 0.001) = 0.01339279.
    expect(values(fedOpt.aggregate(once, two, config, 2).shared)[0]).toBeCloseTo(0.50992063 + 0.01339279, 6);
  });
});
