import { describe, expect, it } from "vitest";
import { stackRanks } from "../adapters/adapterSum.ts";
import { productOf } from "../adapters/testing/productOf.ts";
import { aggregationError, errorBetween } from "./aggregationError.ts";
import { tensors } from "./conformance.ts";
import { type Method, methodOf, strategies } from "./registry.ts";
import type { Contribution, ServerState } from "./strategy.ts";

const x = tensors([1, -2, 0.5], [2, -3]);
const y = tensors([0.25, 1, -1], [0.5, 1.5]);
const start = tensors([0.4, -0.3, 0.2], [0, 0]);

const frobenius = (rows: readonly (readonly number[])[]) => Math.hypot(...rows.flat());

/** One round in which two clients end with x (10 rows) and y (30 rows). */
function roundOf(method: Method, before: ServerState = method.init(start)) {
  const plan = method.plan({ local: one, inner: one, rounds: 1 }, { round: 1, isNewcomer: false });
  const sent = (clientId: string, sampleCount: number, own: typeof x): Contribution => {
    if (plan.upload?.form === "value") return { clientId, sampleCount, tensors: own };
    const difference = [...start].map(([key, { shape, data }]): [string, { shape: readonly number[]; data: Float32Array }] => [
      key,
      { shape, data: data.map((value, i) => value - (own.get(key)?.data[i] ?? 0)) },
    ]);
    return { clientId, sampleCount, tensors: new Map(difference) };
  };
  const contributions = [sent("a", 10, x), sent("b", 30, y)];
  const after = method.aggregate(before, contributions, 1);
  return { after, error: aggregationError({ method, plan, rank: 1, before, contributions, after }) };
}
const one = { unit: "steps", amount: 2 } as const;
const presetOf = (id: string): Method => {
  const strategy = strategies.find((candidate) => candidate.id === id);
  return methodOf({ id, config: Object.values<unknown>(strategy?.presets ?? {})[0] });
};

describe("aggregation error", () => {
  it("agrees with explicit products for FedAvg, whose mean of factors is not the mean of products", () => {
    const { after, error } = roundOf(presetOf("fedavg"));
    const [px, py, served] = [productOf(x), productOf(y), productOf(after.shared)];
    const mean = px.map((row, i) => row.map((value, j) => 0.25 * value + 0.75 * (py[i]?.[j] ?? 0)));
    const lost = mean.map((row, i) => row.map((value, j) => value - (served[i]?.[j] ?? 0)));
    const expected = frobenius(lost) / frobenius(mean);
    expect(expected).toBeGreaterThan(0.5);
    expect(error?.overall).toBeCloseTo(expected, 5);
    expect(error?.modules).toEqual([{ module: "m", error: error?.overall }]);
  });

  it.each(["flora", "fedex-lora"])("is 0 up to rounding for %s, also on top of an earlier round", (id) => {
    const first = roundOf(presetOf(id));
    expect(first.error?.overall).toBeLessThan(1e-6);
    expect(roundOf(presetOf(id), first.after).error?.overall).toBeLessThan(1e-6);
  });

  it("is what the truncated ranks held for FlexLoRA, and less than for FedAvg", () => {
    const { after, error } = roundOf(presetOf("flexlora"));
    const mean = stackRanks([x, y]);
    expect(errorBetween(after.shared, after.shared)?.overall).toBe(0);
    expect(mean.size).toBe(2);
    expect(error?.overall).toBeGreaterThan(0.01);
    expect(error?.overall).toBeLessThan(roundOf(presetOf("fedavg")).error?.overall ?? 0);
  });

  it("is not defined where a trained factor stays with the clients", () => {
    const method = presetOf("fedsa-lora");
    const plan = method.plan({ local: one, inner: one, rounds: 1 }, { round: 1, isNewcomer: false });
    const sent = new Map([...x].filter(([key]) => key.includes("lora_A")));
    const contributions = [{ clientId: "a", sampleCount: 1, tensors: sent }];
    const before = method.init(start);
    const after = method.aggregate(before, contributions, 1);
    expect(aggregationError({ method, plan, rank: 1, before, contributions, after })).toBeNull();
  });

  it.each(["ffa-lora", "rolora"])("is 0 up to rounding for %s, where only one factor differs", (id) => {
    const method = presetOf(id);
    const plan = method.plan({ local: one, inner: one, rounds: 1 }, { round: 1, isNewcomer: false });
    const onlyB = (clientId: string, own: typeof x) => ({
      clientId,
      sampleCount: 3,
      tensors: new Map([...own].filter(([key]) => key.includes("lora_B"))),
    });
    const contributions = [onlyB("a", x), onlyB("b", y)];
    const before = method.init(start);
    const after = method.aggregate(before, contributions, 1);
    expect(aggregationError({ method, plan, rank: 1, before, contributions, after })?.overall).toBeLessThan(1e-6);
  });
});
