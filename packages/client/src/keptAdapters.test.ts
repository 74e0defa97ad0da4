import { expect, test } from "vitest";
import { keptAdapters } from "./keptAdapters.ts";
import { metricsOf } from "./testing/snapshots.ts";

const blobs = { personal: Uint8Array.of(1, 2), shared: Uint8Array.of(3, 4) };
const done = (round: number) => ({
  round,
  attempt: 1,
  submitted: true,
  upload: null,
  metrics: metricsOf({ fusion: { personal: 0.75, shared: 0.5, evaluations: 9, forwardTokens: 900, seconds: 1 } }),
  confusion: null,
});

test("a client that has finished no round holds nothing worth keeping, also when it started from an adapter", () => {
  expect(keptAdapters({ checkpoint: null, done: null })).toBeNull();
  expect(keptAdapters({ checkpoint: { lastRound: null, ...blobs }, done: null })).toBeNull();
});

test("fusion weights belong to the adapters of their own round", () => {
  const checkpoint = { lastRound: 3, ...blobs };
  expect(keptAdapters({ checkpoint, done: done(3) })).toEqual({
    round: 3,
    ...blobs,
    merged: null,
    served: null,
    alone: null,
    fusion: { personal: 0.75, shared: 0.5 },
    figures: { accuracy: done(3).metrics.accuracy, text: undefined, testRows: done(3).metrics.testRows },
  });
  const served = Uint8Array.of(5, 6);
  expect(keptAdapters({ checkpoint: { ...checkpoint, served }, done: done(3) })?.served).toEqual(served);
  expect(keptAdapters({ checkpoint, done: done(2) })).toMatchObject({ fusion: null, figures: null });
  // What learned alone is measured when all of it is done.
  const alone = { accuracy: 0.5, testLoss: 1 };
  const compared = (fusion: ReturnType<typeof done>["metrics"]["fusion"]) =>
    keptAdapters({ checkpoint: { ...checkpoint, alone: served }, done: { ...done(3), metrics: metricsOf({ fusion, alone }) } });
  expect(compared(done(3).metrics.fusion)).toMatchObject({ alone: served, figures: { alone } });
  expect(compared(null)?.figures).not.toHaveProperty("alone");
  // With privacy they are not sent, and their owner has them all the same.
  const { metrics: own, ...sent } = done(3);
  expect(keptAdapters({ checkpoint, done: { ...sent, metrics: metricsOf({ fusion: null }), own } })?.fusion?.personal).toBe(0.75);
});
