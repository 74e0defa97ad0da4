/** What every strategy must satisfy; registry.test.ts runs it for each one and its presets. */
import { expect, it } from "vitest";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Method } from "./registry.ts";
import type { Budgets, Contribution } from "./strategy.ts";

export const budgets: Budgets = {
  local: { unit: "steps", amount: 24 },
  inner: { unit: "steps", amount: 12 },
  rounds: 4,
};

/** Two small tensors with the given values, in layout order. */
export function tensors(a: readonly number[], b: readonly number[]): NamedTensors {
  return new Map([
    ["m.lora_A.weight", { shape: [1, a.length], data: Float32Array.from(a) }],
    ["m.lora_B.weight", { shape: [b.length, 1], data: Float32Array.from(b) }],
  ]);
}

export const values = (t: NamedTensors): number[] => [...t.values()].flatMap(({ data }) => [...data]);

const start = tensors([0.3, -0.7], [0.11, 0.4, -1.3]);
const contribution = (clientId: string, sampleCount: number, t: NamedTensors): Contribution => ({
  clientId,
  sampleCount,
  tensors: t,
});
const three = [
  contribution("a", 10, tensors([0.5, 0.25], [1.5, -0.75, 0.125])),
  contribution("b", 30, tensors([-0.25, 2], [0.5, 0.3, 0.7])),
  contribution("c", 25, tensors([1.75, -0.6], [-2.5, 0.9, 0.2])),
];

/** Registers the suite for one method. */
export function describeMethod(method: Method): void {
  it("plans every round of a client from the first to the fusing one", () => {
    for (let round = method.firstRound; round <= budgets.rounds + 1; round++) {
      for (const isNewcomer of round === method.firstRound ? [false] : [false, true]) {
        const plan = method.plan(budgets, { round, isNewcomer });
        expect(plan.stage === "fusing").toBe(round === budgets.rounds + 1);
        expect(plan.serve !== null).toBe(plan.stage === "fusing");
        if (plan.stage === "fusing") expect(plan.upload).toBeNull();
        if (plan.upload?.form === "difference") expect(plan.receive).toBe(true);
      }
    }
  });

  if (method.plan(budgets, { round: 1, isNewcomer: false }).upload === null) {
    it("refuses to aggregate, since no client uploads", () => {
      expect(() => method.aggregate(method.init(start), three, 1)).toThrow(RangeError);
    });
    return;
  }

  it("does not depend on the order in which clients answered", () => {
    const once = method.aggregate(method.init(start), three, 1);
    const again = method.aggregate(method.init(start), [three[2]!, three[0]!, three[1]!], 1);
    expect(values(again.shared)).toEqual(values(once.shared));
  });

  it("leaves its inputs untouched", () => {
    const state = method.init(start);
    const before = JSON.stringify([values(state.shared), three.map((c) => values(c.tensors))]);
    method.aggregate(state, three, 1);
    expect(JSON.stringify([values(state.shared), three.map((c) => values(c.tensors))])).toBe(before);
  });

  it("changes nothing when every client's difference is zero and there is no momentum yet", () => {
    const still = three.map(({ clientId, sampleCount }) => contribution(clientId, sampleCount, tensors([0, 0], [0, 0, 0])));
    expect(values(method.aggregate(method.init(start), still, 1).shared)).toEqual(values(start));
  });

  it("is the same when all sample counts are scaled", () => {
    const scaled = three.map((c) => ({ ...c, sampleCount: c.sampleCount * 8 }));
    expect(values(method.aggregate(method.init(start), scaled, 1).shared)).toEqual(
      values(method.aggregate(method.init(start), three, 1).shared),
    );
  });

  it("works with one client", () => {
    const alone = method.aggregate(method.init(start), [three[0]!], 1);
    expect(values(alone.shared).every(Number.isFinite)).toBe(true);
    expect(values(alone.shared)).not.toEqual(values(start));
  });

  it("refuses no contribution, a value that is not finite, and another layout", () => {
    const state = method.init(start);
    expect(() => method.aggregate(state, [], 1)).toThrow(RangeError);
    const nan = contribution("n", 1, tensors([Number.NaN, 0], [0, 0, 0]));
    expect(() => method.aggregate(state, [nan, three[0]!], 1)).toThrow(RangeError);
    const other = contribution("o", 1, tensors([1], [1, 2, 3]));
    expect(() => method.aggregate(state, [three[0]!, other], 1)).toThrow(RangeError);
  });
}
