import { expect, test } from "vitest";
import { methodGroups } from "./methodGroups.ts";

const idsIn = (rounds: number) =>
  Object.fromEntries(
    methodGroups({ rounds, localSteps: 24, innerSteps: 12 }).map(({ id, methods }) => [
      id,
      [...new Set(methods.map(({ value }) => value.split("/")[0]))].sort().join(" "),
    ]),
  );

test("methods stand with those that end in the same way, whatever the budgets", () => {
  expect(idsIn(4)).toEqual({
    mixed: "fdlora fedalt feddpa fedrod",
    own: "ditto fedamp fedavg-finish fedkd fedrep fedsa-lora",
    common: "fedavg fedex-lora fedopt fedprox ffa-lora flexlora flora rolora scaffold",
    alone: "local",
  });
  expect(idsIn(1)).toEqual(idsIn(4));
});

test("the group of the method that nobody has to choose is the one that is proposed, and it comes first in it", () => {
  const proposed = methodGroups({ rounds: 4, localSteps: 24, innerSteps: 12 }).filter(({ isProposed }) => isProposed);
  expect(proposed.map(({ id, methods }) => [id, methods[0]?.value])).toEqual([["own", "fedavg-finish/standard"]]);
});
