import { expect, test } from "vitest";
import { presetOf } from "../federation/federationDefaults.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { uploaded } from "./exchange.ts";
import { methodOf } from "./registry.ts";
import { roundPlanOf } from "./roundPlan.ts";
import type { RoundPlan, Upload } from "./strategy.ts";
import { effectiveWork, planForShare, timesWork } from "./workShare.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const budgets = { local: steps(6), inner: steps(12), rounds: 3 };
const training = { warmupSteps: 3 };
const planOf = (id: string, preset?: string, round = 1): RoundPlan =>
  methodOf(presetOf(id, preset)).plan(budgets, { round, isNewcomer: false });

const KEY = "q.lora_B.weight";
const tensor = (...values: number[]): NamedTensors =>
  new Map([[KEY, { shape: [values.length, 1], data: Float32Array.from(values) }]]);
const valuesOf = (tensors: NamedTensors | undefined) => [...(tensors?.get(KEY)?.data ?? [])];

const amounts = ({ steps: all }: RoundPlan) => all.flatMap((step) => (step.kind === "train" ? [step.budget.amount] : []));

test("who has all of the work has the method's own plan, and a plan of another stage stays as it is", () => {
  const plan = planOf("fedavg");
  expect(planForShare(plan, 1, training)).toBe(plan);
  const fusing = planOf("fdlora", "private", 4);
  expect(amounts(fusing)).toEqual([12]);
  expect(planForShare(fusing, 0.25, training)).toBe(fusing);
});

test("a quarter of the steps is a quarter of every training of a round, and one at least", () => {
  expect(amounts(planForShare(planOf("fedavg"), 0.25, training))).toEqual([3]);
  expect(amounts(planForShare(planOf("ditto"), 0.25, training))).toEqual([2, 2]);
  expect(amounts(planForShare(planOf("fdlora", "private"), 1 / 64, training))).toEqual([1]);
});

test("twelve steps with three of warm-up reach as far as eleven, three as far as two: AdamW's momentum is a mean", () => {
  // 1/3 + 2/3 + 1 = 2, and nine more.
  expect(planForShare(planOf("fedavg"), 0.25, training).upload?.scale).toBeCloseTo(11 / 2, 12);
  expect(planForShare(planOf("fedavg"), 0.25, { warmupSteps: 0 }).upload?.scale).toBeCloseTo(12 / 3, 12);
});

test("of a rate that falls, fewer steps reach as far as their own fall says", () => {
  const falling = roundPlanOf(
    methodOf(presetOf("fedavg")),
    { budgets, training: { decay: "cosine" } },
    { round: 2, isNewcomer: false },
  );
  const reach = (count: number) =>
    Array.from({ length: count }, (_, i) => Math.cos((Math.PI / 2) * (1 / 3 + i / (3 * count))) ** 2).reduce((a, b) => a + b);
  const { upload } = planForShare(falling, 0.25, { warmupSteps: 0 });
  expect(upload?.scale).toBeCloseTo(reach(12) / reach(3), 12);
});

test("what clients and coordinator do to an update together is FedNova's rule", () => {
  const shares = [1, 0.5, 0.25];
  const changes = [
    [1.5, -2, 0.25],
    [0.5, 1, -0.125],
    [-0.75, 0.5, 2],
  ];
  const rows = [10, 30, 60];
  const plan = planOf("fedavg");
  const method = methodOf(presetOf("fedavg"));
  const before = tensor(1, 2, 3);
  const contributions = shares.map((share, k) => {
    const { upload } = planForShare(plan, share, training);
    const after = tensor(...[1, 2, 3].map((value, i) => value - (changes[k]?.[i] ?? 0)));
    const held = { shared: after, personal: before, merged: null, control: null, residual: null, alone: null };
    return {
      clientId: `${k}`,
      sampleCount: rows[k] ?? 0,
      tensors: uploaded(upload as Upload, { shared: before, extra: null }, held),
    };
  });
  const work = effectiveWork(plan, shares, training);
  const after = method.aggregate(method.init(before), timesWork(contributions, work), 1).shared;

  // a(12), a(6) and a(3) with three steps of warm-up; theta' = theta - mean(a) sum_k p_k Delta_k / a_k.
  const reaches = [11, 5, 2];
  const mean = 6;
  const expected = [1, 2, 3].map(
    (value, i) =>
      value - mean * changes.reduce((sum, change, k) => sum + ((rows[k] ?? 0) / 100) * ((change[i] ?? 0) / (reaches[k] ?? 1)), 0),
  );
  expect(valuesOf(after)).toHaveLength(3);
  for (const [i, value] of valuesOf(after).entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
});

test("where everybody does everything nothing is multiplied: the very same contributions", () => {
  const contributions = [{ clientId: "a", sampleCount: 1, tensors: tensor(1) }];
  expect(effectiveWork(planOf("fedavg"), [1, 1], training)).toBe(1);
  expect(timesWork(contributions, 1)).toBe(contributions);
});
