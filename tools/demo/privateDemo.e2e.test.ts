/** `npm run demo -- --epsilon 8` and `--secure --client-epsilon 8`, as small as they can be: they end at their budget, and nobody is told a figure made of rows. */
import { expect, test } from "vitest";
import type { Report } from "./report.ts";
import { smallDemo } from "./smallDemo.ts";

const EPSILON = 8;
/** What calibration may leave of the budget: it finds the noise to a part in a thousand. */
const LEFT = 0.01 * EPSILON;

const NOTHING = { base: null, personal: null, shared: null, fused: null };
/** All that a report has of what was computed from rows without noise. */
function expectNoFigures({ clients, rounds }: Report): void {
  for (const { accuracy, macroF1, fusion, trainTokens, secondsTraining, samples } of clients) {
    expect({ accuracy, macroF1, fusion, trainTokens, secondsTraining }).toEqual({
      ...{ accuracy: NOTHING, macroF1: NOTHING, fusion: null },
      ...{ trainTokens: 0, secondsTraining: 0 },
    });
    // How many are trained on, which noise is made of, is for the coordinator and not for who watches.
    expect(samples).toEqual({ train: null, fusion: null, test: null });
  }
  expect(rounds.map(({ meanLoss }) => meanLoss)).toEqual(rounds.map(() => null));
}

test("a demo with an epsilon ends with every client's budget spent and not exceeded, and sends no figure made of rows", async () => {
  const report = await smallDemo(`--epsilon ${EPSILON}`);
  const { federation, clients, rounds } = report;
  expect(federation).toMatchObject({ ended: "finished", secure: false, clientPrivacy: null });
  expect(clients).toHaveLength(3);
  for (const { privacy, bytesUp } of clients) {
    expect(privacy).toMatchObject({ limit: EPSILON, budgetSpent: true });
    expect(privacy?.epsilon).toBeLessThanOrEqual(EPSILON);
    expect(privacy?.epsilon).toBeGreaterThan(EPSILON - LEFT);
    expect(bytesUp).toBeGreaterThan(50_000);
  }
  for (const { aggregated, dropouts } of rounds) expect([aggregated.length, dropouts]).toEqual([clients.length, []]);
  expectNoFigures(report);
}, 300_000);

test("a secure demo with an epsilon of clients spends it in its sums and no more, and sends no figure made of rows", async () => {
  const report = await smallDemo(`--secure --no-kill --client-epsilon ${EPSILON}`);
  const { federation, clients, rounds } = report;
  expect(federation).toMatchObject({ ended: "finished", secure: true, killed: [], clientPrivacy: { limit: EPSILON } });
  expect(federation.clientPrivacy?.epsilon).toBeLessThanOrEqual(EPSILON);
  expect(federation.clientPrivacy?.epsilon).toBeGreaterThan(EPSILON - LEFT);
  const sums = rounds.filter(({ exchanges }) => exchanges > 0);
  expect(sums.map(({ exchanges, aggregated }) => [exchanges, aggregated.length])).toEqual([[1, clients.length]]);
  expectNoFigures(report);
}, 300_000);
