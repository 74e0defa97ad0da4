import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensors, values } from "../strategies/conformance.ts";
import { adaFusion, type FusionWeights, fuse, isBetter } from "./adaFusion.ts";
import type { ExampleLoss } from "./fusionObjective.ts";

const config = { kind: "factor" as const, objective: "loss" as const, maxEvaluations: 40, l1: 0, confidence: 0, bound: 1.5 };

/** The whole loss on one example of one unit. */
const single =
  (loss: (w: FusionWeights) => number) =>
  async (w: FusionWeights): Promise<ExampleLoss[]> => [{ lossSum: loss(w), units: 1 }];

/** A bowl with its bottom at (p, s), its axes turned and unequal. */
const bowl = (p: number, s: number) =>
  single((w) => {
    const u = w.personal - p + 0.4 * (w.shared - s);
    const v = w.shared - s;
    return 0.2 + 1.5 * u * u + 0.6 * v * v;
  });

describe("adaFusion", () => {
  it("finds the bottom of a bowl away from every anchor", async () => {
    const { weights, loss } = await adaFusion(bowl(0.72, 0.41), config);
    expect(weights.personal).toBeCloseTo(0.72, 1);
    expect(weights.shared).toBeCloseTo(0.41, 1);
    expect(loss).toBeLessThan(0.203);
  });

  it("keeps an anchor that is best, and says how often it looked", async () => {
    let calls = 0;
    const { weights, evaluations } = await adaFusion(
      single(({ personal, shared }) => {
        calls++;
        return Math.abs(personal) + Math.abs(shared - 1);
      }),
      { ...config, maxEvaluations: 12 },
    );
    expect(weights).toEqual({ personal: 0, shared: 1 });
    expect(evaluations).toBe(calls);
    expect(calls).toBeLessThanOrEqual(12);
  });

  it("prefers smaller weights when the penalty is on", async () => {
    const flat = single(({ personal, shared }) => Math.max(0, 0.5 - personal - shared));
    const { weights } = await adaFusion(flat, { ...config, l1: 0.3 });
    expect(Math.abs(weights.personal) + Math.abs(weights.shared)).toBeLessThan(0.9);
  });

  it("pays for no smaller weights with a loss above the best anchor's", async () => {
    const isAt = (w: FusionWeights, personal: number, shared: number) => w.personal === personal && w.shared === shared;
    const pits = single((w) => (isAt(w, 1, 0) ? 0.5 : isAt(w, 0, 0) ? 0.51 : 0.9));
    // With half of the penalty's 0.1 the personal adapter costs 0.55, and the untouched base 0.51.
    expect((await adaFusion(pits, { ...config, l1: 0.1 })).weights).toEqual({ personal: 1, shared: 0 });
  });

  it("weighs the penalty lambda (|w1| + |w2|) / 2: 2 (w - 1) + 0.4 / 2 = 0 at 0.9", async () => {
    const round = single(({ personal, shared }) => (personal - 1) ** 2 + (shared - 1) ** 2);
    const { weights } = await adaFusion(round, { ...config, l1: 0.4, maxEvaluations: 80 });
    expect(Math.abs(weights.personal - 0.9)).toBeLessThan(0.03);
    expect(Math.abs(weights.shared - 0.9)).toBeLessThan(0.03);
  });

  it("begins its simplex at the best anchor: one corner with more of both, one that trades the larger weight for the smaller", async () => {
    const edge = 0.25 / Math.SQRT2;
    const askedFrom = async (p: number, s: number) => {
      const asked: number[][] = [];
      await adaFusion(
        single(({ personal, shared }) => {
          asked.push([personal, shared]);
          return (personal - p) ** 2 + (shared - s) ** 2;
        }),
        { ...config, maxEvaluations: 6 },
      );
      return asked.slice(4);
    };
    const corners = (x: number, y: number, trade: number) => [
      [x + edge, y + edge],
      [x - trade, y + trade],
    ];
    expect(await askedFrom(1, 0)).toEqual(corners(1, 0, edge));
    expect(await askedFrom(0, 1)).toEqual(corners(0, 1, -edge));
    expect(await askedFrom(0.5, 0.5)).toEqual(corners(0.5, 0.5, -edge));
  });

  it("looks at weights on the bound and at none beyond", async () => {
    const largest = async (bound: number) => {
      let most = 0;
      await adaFusion(
        single(({ personal, shared }) => {
          most = Math.max(most, Math.abs(personal), Math.abs(shared));
          return 9 - personal - shared;
        }),
        { ...config, bound },
      );
      return most;
    };
    const corner = 0.5 + 0.25 / Math.SQRT2;
    expect(await largest(1)).toBe(1);
    expect(await largest(0.999)).toBeLessThanOrEqual(0.999);
    expect(await largest(corner)).toBeGreaterThan(corner - 0.02);
  });

  it("takes no gain for better that is nothing, and none that rests on a single example alone", () => {
    const losses = (...sums: number[]) => sums.map((lossSum) => ({ lossSum, units: 1 }));
    expect(isBetter(losses(2, 3), losses(2, 3), 1)).toBe(false);
    expect(isBetter(losses(1), losses(2), 1)).toBe(true);
    expect(isBetter(losses(1), losses(2, 2), 1)).toBe(false);
  });

  it("is better by standard errors of n - 1: gains of 1 and 3 have a mean of 2 and an error of 1", () => {
    const [candidate, other] = [
      [
        { lossSum: 1, units: 1 },
        { lossSum: 1, units: 1 },
      ],
      [
        { lossSum: 2, units: 1 },
        { lossSum: 4, units: 1 },
      ],
    ];
    expect(isBetter(candidate, other, 1.9)).toBe(true);
    expect(isBetter(candidate, other, 2.1)).toBe(false);
    // Of gains of 1, 2 and 3 it is 1 / sqrt(3).
    const three = [2, 4, 6].map((lossSum) => ({ lossSum, units: 1 }));
    const gained = [1, 2, 3].map((lossSum) => ({ lossSum, units: 1 }));
    expect(isBetter(gained, three, 3.4)).toBe(true);
    expect(isBetter(gained, three, 3.5)).toBe(false);
  });

  it("is never worse than half of each, without confidence than any anchor, and stays within bounds and budget", async () => {
    const landscape = fc.record({
      p: fc.double({ min: -3, max: 3, noNaN: true }),
      s: fc.double({ min: -3, max: 3, noNaN: true }),
      wave: fc.double({ min: 0, max: 20, noNaN: true }),
      l1: fc.double({ min: 0, max: 2, noNaN: true }),
      confidence: fc.constantFrom(0, 1),
      maxEvaluations: fc.integer({ min: 4, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(landscape, async ({ p, s, wave, l1, confidence, maxEvaluations }) => {
        const seen: FusionWeights[] = [];
        const lossAt = (w: FusionWeights) =>
          (w.personal - p) ** 2 + (w.shared - s) ** 2 + Math.sin(wave * w.personal * w.shared) + 1;
        const lossesAt = async (w: FusionWeights): Promise<ExampleLoss[]> => {
          seen.push(w);
          // Two examples that differ, so that there is a variance to judge by.
          return [
            { lossSum: lossAt(w) + 0.3 * w.personal, units: 1 },
            { lossSum: lossAt(w) - 0.3 * w.personal, units: 1 },
          ];
        };
        const result = await adaFusion(lossesAt, { ...config, maxEvaluations, l1, confidence, bound: 1.5 });
        expect(result.evaluations).toBe(seen.length);
        expect(seen.length).toBeLessThanOrEqual(maxEvaluations);
        expect(seen.every((w) => Math.abs(w.personal) <= 1.5 && Math.abs(w.shared) <= 1.5)).toBe(true);
        const others = [
          [1, 0],
          [0, 1],
          [0, 0],
        ] as const;
        for (const [personal, shared] of [[0.5, 0.5] as const, ...(confidence === 0 ? others : [])]) {
          expect(result.loss).toBeLessThanOrEqual(lossAt({ personal, shared }) + 1e-9);
        }
      }),
    );
  });

  it("leaves half of each only for an improvement that the examples agree on", async () => {
    /** Best at (0.8, 0.4) on average; `spread` is how much the examples disagree about moving away from (1, 0). */
    const examples =
      (spread: number) =>
      async ({ personal, shared }: FusionWeights) => {
        const loss = 1 + (personal - 0.8) ** 2 + (shared - 0.4) ** 2;
        const doubt = spread * (1 - personal + shared);
        return [loss + doubt, loss - doubt, loss + 0.5 * doubt, loss - 0.5 * doubt].map((lossSum) => ({ lossSum, units: 1 }));
      };
    const agreed = await adaFusion(examples(0.01), { ...config, confidence: 1 });
    expect(agreed.weights.personal).toBeCloseTo(0.8, 1);
    expect(agreed.weights.shared).toBeCloseTo(0.4, 1);
    const doubtful = await adaFusion(examples(2), { ...config, confidence: 1 });
    expect(doubtful.weights).toEqual({ personal: 0.5, shared: 0.5 });
    expect((await adaFusion(examples(2), config)).weights.personal).toBeCloseTo(0.8, 1);

    /** The personal adapter alone is the best, by a little on every example or by a lot on one and less on the rest. */
    const personalIsBest =
      (gains: readonly number[]) =>
      async ({ personal, shared }: FusionWeights) =>
        gains.map((gain) => ({ lossSum: personal === 1 && shared === 0 ? 2 - gain : 2, units: 1 }));
    const anchors = { ...config, maxEvaluations: 4, confidence: 1 };
    expect((await adaFusion(personalIsBest([0.2, 0.3, 0.2, 0.3]), anchors)).weights).toEqual({ personal: 1, shared: 0 });
    expect((await adaFusion(personalIsBest([1.6, -0.2, -0.2, -0.2]), anchors)).weights).toEqual({ personal: 0.5, shared: 0.5 });
  });

  it("survives losses that are not finite, and refuses when there is nothing else", async () => {
    const cliff = single(({ personal }) => (personal > 0.6 ? Number.NaN : 1 - personal));
    expect((await adaFusion(cliff, config)).weights.personal).toBeLessThanOrEqual(0.6);
    await expect(
      adaFusion(
        single(() => Number.NaN),
        config,
      ),
    ).rejects.toMatchObject({ code: "LOSS_NOT_FINITE" });
  });
});

describe("fuse", () => {
  const personal = tensors([1, 2], [3, -4, 5]);
  const shared = tensors([-2, 6], [1, 1, 0.5]);
  it("merges factor by factor", () => {
    expect(values(fuse(personal, shared, { personal: 0.5, shared: 2 }))).toEqual([-3.5, 13, 3.5, 0, 3.5]);
  });
  it("is one adapter at (1, 0) and the other at (0, 1)", () => {
    expect(fuse(personal, shared, { personal: 1, shared: 0 })).toEqual(personal);
    expect(fuse(personal, shared, { personal: 0, shared: 1 })).toEqual(shared);
  });
});
