import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitRanks, stackRanks } from "../adapters/adapterSum.ts";
import { MAX_NORM_MULTIPLE, MAX_ROWS_MULTIPLE } from "../robustness/bounds.ts";
import { l2Norm, linearCombination } from "../tensors/arithmetic.ts";
import { aggregateRound, countedContributions } from "./aggregateRound.ts";
import { budgets, tensors, values } from "./conformance.ts";
import { methodOf } from "./registry.ts";
import type { Contribution, Upload } from "./strategy.ts";
import { bounded, boundsOf, type GuardedRound, measured, updateOf } from "./updateGuard.ts";
import { standingsOf } from "./updateStanding.ts";

const before = { shared: tensors([1, 2], [3]), memory: {} };
const difference: Upload = { slot: "shared", form: "difference", part: "all", extra: null };
const round: GuardedRound = { upload: difference, rank: 1, before };

const contribution = (clientId: string, a: readonly number[], b: readonly number[], sampleCount = 10): Contribution => ({
  clientId,
  sampleCount,
  tensors: tensors(a, b),
});

/** Three alike, of norm 5 and ten rows, and one more. */
const among = (last: Contribution): readonly Contribution[] => [
  contribution("a", [3, 4], [0]),
  contribution("b", [0, 3], [4]),
  contribution("c", [4, 0], [3]),
  last,
];

function guarded(all: readonly Contribution[], given = round) {
  const found = measured(all, given);
  const bounds = boundsOf(found.measures);
  const counted = all.map((one, k) => bounded(one, bounds[k] ?? { rows: 1, update: 1, control: 1 }, given));
  return { counted, standings: standingsOf(found, bounds, all, given) };
}

describe("bounds", () => {
  test("an update of a hundred medians is scaled to four, along its direction; the others stay the same objects", () => {
    const all = among(contribution("bad", [300, 400], [0]));
    const { counted, standings } = guarded(all);
    expect(counted.slice(0, 3).every((one, k) => one === all[k])).toBe(true);
    expect(values(counted[3]?.tensors ?? new Map())).toEqual([12, 16, 0]);
    expect(standings[3]).toMatchObject({ clientId: "bad", norm: 100, rows: 1, isClipped: true, isCapped: false });
    expect(standings[0]).toMatchObject({ norm: 1, isClipped: false, isCapped: false });
  });

  test("a billion rows count as five medians, and the adapter is left alone", () => {
    const bad = contribution("bad", [1, 1], [1], 1e9);
    const { counted, standings } = guarded(among(bad));
    expect(counted[3]?.sampleCount).toBeCloseTo(50, 6);
    expect(counted[3]?.tensors).toBe(bad.tensors);
    expect(standings[3]).toMatchObject({ rows: 1e8, isCapped: true, isClipped: false });
  });

  test("a whole adapter is bounded by how far it is from the coordinator's", () => {
    const upload: Upload = { ...difference, form: "value" };
    const all = among(contribution("bad", [1 + 300, 2 + 400], [3])).map((one, k) =>
      k < 3 ? { ...one, tensors: linearCombination([1, 1], [one.tensors, before.shared]) } : one,
    );
    expect(values(guarded(all, { ...round, upload }).counted[3]?.tensors ?? new Map())).toEqual([13, 18, 3]);
  });

  test("what was merged behind the coordinator's own ranks is not a part of the update", () => {
    const merged = stackRanks([before.shared, tensors([70, 80], [90])]);
    const upload: Upload = { ...difference, form: "value" };
    const given = { upload, rank: 1, before: { shared: merged, memory: {} } };
    expect(values(updateOf(contribution("a", [2, 2], [3]), given))).toEqual([1, 0, 0]);
  });

  test("one factor alone is bounded like a whole adapter", () => {
    const onlyB = (one: Contribution) => ({ ...one, tensors: new Map([...one.tensors].slice(1)) });
    const all = [1, -1, 2, 100].map((b, k) => onlyB(contribution(`c${k}`, [0, 0], [b])));
    const upload: Upload = { ...difference, part: "b" };
    expect(guarded(all, { ...round, upload }).counted.map((one) => values(one.tensors))).toEqual([[1], [-1], [2], [6]]);
  });

  test("a control variate has a bound of its own", () => {
    const upload: Upload = { ...difference, extra: "control" };
    const all = among(contribution("bad", [3, 4], [0])).map((one, k) => ({
      ...one,
      tensors: stackRanks([one.tensors, k < 3 ? tensors([1, 0], [0]) : tensors([0, 50], [0])]),
    }));
    const { counted, standings } = guarded(all, { ...round, upload });
    const [own, control] = splitRanks(counted[3]?.tensors ?? new Map(), 1);
    expect(values(own)).toEqual([3, 4, 0]);
    expect(values(control ?? new Map())).toEqual([0, 4, 0]);
    expect(standings[3]).toMatchObject({ norm: 50, isClipped: true });
  });

  test("nothing is bounded among two, or where most sent nothing", () => {
    const two = [contribution("a", [1, 0], [0]), contribution("bad", [1e6, 0], [0], 1e9)];
    expect(guarded(two).counted).toEqual(two);
    expect(guarded(two).standings).toMatchObject([
      { norm: null, rows: null },
      { norm: null, rows: null },
    ]);
    const idle = ["a", "b", "c"].map((id) => contribution(id, [0, 0], [0]));
    expect(guarded([...idle, contribution("d", [1, 0], [0])]).counted[3]?.sampleCount).toBe(10);
  });

  test("a value that is not finite, or another layout, is refused", () => {
    expect(() => guarded(among(contribution("bad", [Number.NaN, 0], [0])))).toThrow(/bad: non-finite/);
    const value = { ...round, upload: { ...difference, form: "value" as const } };
    expect(() => guarded([contribution("bad", [1, 2, 3], [1])], value)).toThrow(RangeError);
  });
});

describe("cosines", () => {
  test("are to the mean of the others: 1 where all agree, -1 for who sends the opposite", () => {
    const alike = ["a", "b", "c"].map((id) => contribution(id, [3, 4], [0]));
    const { standings } = guarded([...alike, contribution("bad", [-3, -4], [0])]);
    expect(standings.map(({ cosine }) => cosine)).toEqual([1, 1, 1, -1]);
  });

  test("are missing where there are no others, or one sent nothing", () => {
    expect(guarded([contribution("a", [1, 0], [0])]).standings[0]?.cosine).toBeNull();
    expect(guarded(among(contribution("idle", [0, 0], [0]))).standings[3]?.cosine).toBeNull();
  });
});

const factor = fc.double({ min: 0.5, max: 2, noNaN: true }).map(Math.fround);
const honest = fc.array(fc.record({ rows: fc.integer({ min: 20, max: 99 }), a: factor, b: factor }), {
  minLength: 1,
  maxLength: 8,
});

test("how large an update is turns nobody's cosine", () => {
  const cosinesBeside = (size: number) =>
    guarded(among(contribution("d", [size, -2 * size], [size]))).standings.map(({ cosine }) => cosine ?? Number.NaN);
  const expected = cosinesBeside(1);
  for (const [k, cosine] of cosinesBeside(1000).entries()) expect(cosine).toBeCloseTo(expected[k] ?? Number.NaN, 12);
});

test("an honest round is aggregated bit for bit as without a guard", () => {
  const method = methodOf({ id: "fedavg", config: {} });
  const plan = method.plan(budgets, { round: 1, isNewcomer: false });
  fc.assert(
    fc.property(honest, (clients) => {
      const contributions = clients.map(({ rows, a, b }, k) => contribution(`c${k}`, [a, -b], [b], rows));
      const given = { method, robustness: { kind: "clip" } as const, round: 1, plan, rank: 1, before, contributions };
      const { after, bounds } = aggregateRound(given);
      expect(countedContributions(given, bounds).every((one, k) => one === contributions[k])).toBe(true);
      expect(values(after.shared)).toEqual(values(method.aggregate(before, contributions, 1).shared));
    }),
  );
});

test("one bad client of any size and any rows moves the average by no more than its bounded share", () => {
  const method = methodOf({ id: "fedavg", config: {} });
  const plan = method.plan(budgets, { round: 1, isNewcomer: false });
  const bad = fc.record({
    rows: fc.integer({ min: 1, max: 1e9 }),
    a: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    b: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(fc.record({ a: factor, b: factor }), { minLength: 4, maxLength: 8 }), bad, (clients, { rows, a, b }) => {
      const good = clients.map((client, k) => contribution(`c${k}`, [client.a, -client.b], [client.b]));
      const contributions = [...good, contribution("bad", [a, b], [b], rows)];
      const robustness = { kind: "clip" } as const;
      const { after } = aggregateRound({ method, robustness, round: 1, plan, rank: 1, before, contributions });
      const step = l2Norm(linearCombination([1, -1], [before.shared, after.shared]));
      const largest = Math.max(...good.map((one) => l2Norm(one.tensors)));
      // The median of rows is 10 and that of norms at most the largest honest one.
      const share = MAX_ROWS_MULTIPLE / (MAX_ROWS_MULTIPLE + good.length);
      expect(step).toBeLessThanOrEqual((share * MAX_NORM_MULTIPLE + (1 - share)) * largest * (1 + 1e-6));
    }),
  );
});
