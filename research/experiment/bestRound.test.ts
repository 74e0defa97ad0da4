import { expect, it } from "vitest";
import { bestRound } from "./bestRound.ts";

/** After a round: what two clients have on their fusion rows, and on their test rows. */
function end(round: number, fusionLosses: readonly number[], accuracies: readonly number[]) {
  const clients = fusionLosses.map((fusionLoss, i) => ({
    ...{ fusionLoss, accuracy: accuracies[i] ?? 0, grouping: null, truth: [], predicted: [] },
  }));
  return { round, bytes: 0, clock: 0, clients };
}

it("is the round with the lowest loss on fusion rows, whatever the test rows say", () => {
  const ends = [end(1, [0.9, 0.7], [0.9, 0.95]), end(2, [0.4, 0.6], [0.3, 0.2]), end(3, [0.1, 1.3], [0.99, 0.99])];
  expect(bestRound(ends)?.round).toBe(2);
  const blind = ends.map(({ clients, ...rest }) => ({
    ...rest,
    clients: clients.map((one) => ({ ...one, accuracy: Number.NaN })),
  }));
  expect(bestRound(blind)?.round).toBe(2);
});

it("is the first of equal ones, and none of none", () => {
  expect(bestRound([end(1, [0.5, 0.5], [0, 0]), end(2, [0.4, 0.6], [1, 1])])?.round).toBe(1);
  expect(bestRound([])).toBeUndefined();
});
