import { expect, test } from "vitest";
import { waitedIn } from "./waitedView.ts";

const federated = { stage: "federated" as const };
const rounds = [
  { ...federated, took: { fast: 1, usual: 2, slow: 8 } },
  { ...federated, took: { fast: 1, usual: 2, slow: 3 }, shares: { slow: 0.25 } },
  { ...federated, took: { fast: 4 } },
  { stage: "fusing" as const, took: { fast: 1, usual: 1, slow: 2 } },
];

test("the fast one waits for the slow one, who waits for nobody but is waited for since the last of the others", () => {
  expect(waitedIn(rounds, "fast")).toEqual({ forOthers: 7 + 2 + 1, byOthers: 0, share: 1 });
  expect(waitedIn(rounds, "usual")).toEqual({ forOthers: 6 + 1 + 1, byOthers: 0, share: 1 });
  expect(waitedIn(rounds, "slow")).toEqual({ forOthers: 0, byOthers: 6 + 1 + 1, share: 0.25 });
});

test("of somebody whose times are not told, and of rounds from before they were, nothing is known", () => {
  expect(waitedIn(rounds, "hidden")).toBeNull();
  expect(waitedIn([federated], "fast")).toBeNull();
});
