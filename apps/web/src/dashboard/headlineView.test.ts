import { clientOf, collecting, metricsOf, roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import type { PerAdapter } from "../lib/adapters.ts";
import { gainText, headlineView } from "./headlineView.ts";

const accuracy = { base: 0.25, personal: 0.625, shared: 0.5, fused: null };
const samples = { train: 60, fusion: 10, test: 48 };
const own = { own: { accuracy, trainLoss: 1, fusion: null }, samples, clientId: "anna" };
const compared = { ...own, own: { ...own.own, alone: { accuracy: 0.45, testLoss: 1 } } };
const served = { ...own, own: { ...own.own, accuracy: { ...accuracy, fused: 0.55 } } };
const alone = { base: 0.25, personal: 0.45, shared: null, fused: null };
const told = clientOf("anna", { history: [{ round: 0, metrics: metricsOf({ accuracy: alone }), standing: null }] });
const comparing = (accuracy: number) => ({ alone: { accuracy, testLoss: 1 } });

test("while it runs, one's own newest accuracy, against the base and learning alone, and how sure it is", () => {
  expect(headlineView(collecting(2), compared)).toEqual({
    from: null,
    to: 0.5,
    of: "accuracy so far, on your 48 test rows",
    over: "+0.25 over the untouched base, +0.05 ± 0.20 over learning alone",
    certainty: "Given 48 rows, the true accuracy lies between 0.36 and 0.64 with 95 % certainty.",
  });
});

test("at the end, before and after, with the adapter that is served and not the one that these rows like best", () => {
  const view = headlineView(snapshotOf({ phase: "finished" }), served);
  expect(view).toMatchObject({ from: 0.25, to: 0.55, of: "of your 48 test rows right, before and as served" });
});

test("at the end the gain over learning alone is of all test rows, as the figures before it", () => {
  const sample = { testRows: 40, accuracy: { ...accuracy, fused: 0.6 }, testLoss: alone, ...comparing(0.3) };
  const ended = { ...served, own: { ...served.own, testRows: 48, sample, ...comparing(0.45) } };
  expect(headlineView(snapshotOf({ phase: "finished" }), ended)).toMatchObject({
    to: 0.55,
    of: "of your 48 test rows right, before and as served",
    over: "+0.30 over the untouched base, +0.10 ± 0.20 over learning alone",
  });
});

test("while it runs the rows are those that every round measures", () => {
  expect(headlineView(collecting(2), { ...own, own: { ...own.own, testRows: 40 } })?.of).toBe(
    "accuracy so far, on your 40 test rows",
  );
});

test("nothing is said of learning alone where it is not compared", () => {
  expect(headlineView(collecting(1), own)?.over).toBe("+0.25 over the untouched base");
});

test("what it is more than the base is the difference of the two as they are shown", () => {
  const rounded = { ...own, own: { ...own.own, accuracy: { ...accuracy, base: 25 / 72, shared: 68 / 72 } } };
  expect(headlineView(collecting(1), rounded)?.over).toBe("+0.59 over the untouched base");
});

test("a loss is told as one, with its sign", () => {
  const worse = { ...own, own: { ...own.own, accuracy: { ...accuracy, shared: 0.2 } } };
  expect(headlineView(collecting(1), worse)?.over).toBe("−0.05 over the untouched base");
});

test("who looks on sees the mean, and no certainty that it does not have", () => {
  const fused = { base: 0.3, personal: 0.6, shared: 0.5, fused: 0.7 };
  const bram = clientOf("bram", {
    history: [{ round: 3, metrics: metricsOf({ accuracy: fused, ...comparing(0.66) }), standing: null }],
  });
  expect(headlineView(snapshotOf({ phase: "finished", clients: [told, bram] }), null)).toEqual({
    from: 0.275,
    to: 0.7,
    of: "mean accuracy of 2 clients, each on its own test rows, before and as served",
    over: "+0.42 over the untouched base, +0.04 over learning alone",
    certainty: null,
  });
});

test("at the end the mean gain over learning alone is of all test rows, too", () => {
  const fused = { base: 0.3, personal: 0.6, shared: 0.5, fused: 0.7 };
  const sample = { testRows: 24, accuracy: { ...fused, fused: 0.9 }, testLoss: alone, ...comparing(0.5) };
  const metrics = metricsOf({ accuracy: fused, testRows: 200, sample, ...comparing(0.66) });
  const clients = [clientOf("bram", { history: [{ round: 3, metrics, standing: null }] })];
  expect(headlineView(snapshotOf({ phase: "finished", clients }), null)?.over).toBe(
    "+0.40 over the untouched base, +0.04 over learning alone",
  );
});

test("where a secure sum has what all reached, the gain over learning alone is of all as well", () => {
  const means = { trainRows: 1, testRows: 1, trainLoss: 1, accuracy, testLoss: alone, clip: null };
  const over = (beside: object) =>
    headlineView(collecting(2, { rounds: [roundOf(1, { means: { ...means, ...beside } })] }), null)?.over;
  expect(over(comparing(0.45))).toBe("+0.25 over the untouched base, +0.05 over learning alone");
  expect(over({ alone: { accuracy: null, testLoss: null } })).toBe("+0.25 over the untouched base");
  expect(over({})).toBe("+0.25 over the untouched base");
});

test("before anything is measured there is no number", () => {
  expect(headlineView(snapshotOf(), null)).toBeNull();
  expect(headlineView(snapshotOf(), { own: null, samples: null, clientId: null })).toBeNull();
});

const crowdOf = (tellers: number, rounds: readonly PerAdapter[]) =>
  Array.from({ length: 13 }, (_, index) => {
    const history = rounds.map((values, round) => ({
      ...{ round, standing: null },
      metrics: metricsOf({ accuracy: values, testRows: 200 }),
    }));
    return clientOf(`c${index}`, { history: index < tellers ? history : [] });
  });

test("of a crowd of which few tell it is the mean of those, and of all where a secure sum has it", () => {
  const rounds = [alone, accuracy];
  const of = (tellers: number, change = {}) => {
    const clients = crowdOf(tellers, rounds);
    return headlineView(collecting(2, { clients, ...change }), null)?.of;
  };
  expect(of(3)).toBe("mean accuracy so far of 3 clients, each on its own test rows");
  expect(of(4)).toBe("median accuracy of 4 clients; half of them between 0.50 and 0.50");
  const means = { trainRows: 1, testRows: 1, trainLoss: 1, accuracy, testLoss: alone, clip: null };
  const summed = (round: number) => ({ rounds: [roundOf(round, { means })] });
  for (const tellers of [1, 5]) expect(of(tellers, summed(1))).toBe("mean accuracy so far over the rows of all clients");
  expect(of(5, summed(0))).toBe("median accuracy of 5 clients; half of them between 0.50 and 0.50");
});

test("where a crowd does not compare, nothing is said of who is better off than alone", () => {
  const view = headlineView(collecting(1, { clients: crowdOf(13, [alone]) }), null);
  expect(view).toMatchObject({ of: "median accuracy of 13 clients; half of them between 0.45 and 0.45", over: "" });
});

test("of very many clients it is the median, where half of them are, and how many are better off than alone", () => {
  const client = (index: number) => {
    const reached = { base: 0.2, personal: null, shared: (50 + index) / 100, fused: null };
    const rounds = [alone, reached].map((values, round) => ({
      ...{ round, standing: null },
      metrics: metricsOf({ accuracy: values, testRows: 200, ...comparing(index === 0 ? 0.9 : 0.3) }),
    }));
    return clientOf(`c${index}`, { history: rounds });
  };
  const clients = Array.from({ length: 13 }, (_, index) => client(index));
  expect(headlineView(collecting(2, { clients }), null)).toEqual({
    from: null,
    to: 0.56,
    of: "median accuracy of 13 clients; half of them between 0.53 and 0.59",
    over: "12 better off than alone, 1 worse off, 0 within chance.",
    certainty: null,
  });
  expect(headlineView(snapshotOf({ phase: "finished", clients }), null)).toMatchObject({ from: 0.2, to: 0.56 });
});

test("a client's gain has its sign, and a question mark where its rows cannot tell it from chance", () => {
  expect(gainText({ gain: 0.042, isSure: true })).toBe("+0.04");
  expect(gainText({ gain: -0.3, isSure: null })).toBe("−0.30");
  expect(gainText({ gain: -0.01, isSure: false })).toBe("−0.01 ?");
  expect(gainText({ gain: null, isSure: null })).toBe("–");
});
