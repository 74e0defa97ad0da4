import { expect, test } from "vitest";
import { RANKS, type Ranks } from "../adapters/ranks.ts";
import { ROBUSTNESS } from "../robustness/robustnessConfig.ts";
import { say } from "../sayings/saying.ts";
import { methodOf, strategies } from "../strategies/registry.ts";
import { ranksRefusal } from "./choiceRefusals.ts";
import { CHOICE_SENTENCES } from "./choiceSentences.ts";
import { DEFAULT_UPLOAD, presetOf } from "./federationDefaults.ts";

const steps = (amount: number) => ({ unit: "steps" as const, amount });
const budgets = { local: steps(6), inner: steps(12), rounds: 3 };
const plain = {
  ...({ aggregation: "plain", initialAdapter: null } as const),
  ...{ robustness: ROBUSTNESS.clip, upload: DEFAULT_UPLOAD },
};
const refusedFor = (id: string, ranks: Ranks, preset?: string) =>
  ranksRefusal(methodOf(presetOf(id, preset)), budgets, { ...plain, ranks })?.[0] ?? null;

test.each(strategies.map(({ id }) => id))("%s says whether it can, and by which name it cannot", (id) => {
  const method = methodOf(presetOf(id));
  for (const ranks of RANKS) {
    const refusal = ranksRefusal(method, budgets, { ...plain, ranks });
    if (refusal) expect(say(CHOICE_SENTENCES, refusal)).toContain(method.label);
  }
  expect(ranksRefusal(method, budgets, plain)).toBeNull();
});

test("what clients changed is filled up with zeros, products come together by SVD where no factor outlives its round", () => {
  const can = (ranks: Ranks) => strategies.flatMap(({ id }) => (refusedFor(id, ranks) === null ? [id] : []));
  const whole = ["fedavg-finish", "fdlora", "fedavg", "fedprox", "fedopt", "ditto", "fedrep", "fedrod", "fedkd"];
  expect(can("padded")).toEqual([...whole, "ffa-lora", "fedsa-lora", "rolora", "feddpa"]);
  expect(can("weighted")).toEqual([...whole, "feddpa"]);
  expect(can("svd")).toEqual(["fedavg-finish", "fdlora", "fedavg", "fedprox", "fedrep", "fedrod", "fedkd", "flexlora"]);
  expect(refusedFor("fedopt", "svd")).toBe("factorsKept");
  expect(refusedFor("ditto", "svd")).toBe("factorsKept");
  expect(refusedFor("flexlora", "padded")).toBe("ranksByProducts");
  expect(refusedFor("fdlora", "padded", "sends-personal")).toBe("ranksBeside");
  expect(refusedFor("scaffold", "padded")).toBe("ranksBeside");
  expect(refusedFor("local", "padded")).toBe("noRankShared");
});

test("a secure sum takes zeros and nothing else, and an adapter that is brought along has one rank", () => {
  const method = methodOf(presetOf("fedavg"));
  const secure = { ...plain, aggregation: "secure" } as const;
  expect(ranksRefusal(method, budgets, { ...secure, ranks: "padded" })).toBeNull();
  expect(ranksRefusal(method, budgets, { ...secure, ranks: "weighted" })).toEqual(["ranksInSum"]);
  expect(ranksRefusal(method, budgets, { ...secure, ranks: "svd" })).toEqual(["ranksInSum"]);
  expect(ranksRefusal(method, budgets, { ...plain, initialAdapter: "0".repeat(64), ranks: "padded" })).toEqual(["rankBrought"]);
});

test("by SVD no robust mean, no values that wait and no fewer steps; with zeros all of them", () => {
  const method = methodOf(presetOf("fedavg"));
  const others = [
    [{ robustness: ROBUSTNESS.median }, "robustProducts"],
    [{ upload: { format: "int8", topK: 0.25 } }, "valuesReplace"],
    [{ work: "bySpeed" }, "workOnProducts"],
  ] as const;
  for (const [chosen, why] of others) {
    expect(ranksRefusal(method, budgets, { ...plain, ...chosen, ranks: "svd" })?.[0]).toBe(why);
    expect(ranksRefusal(method, budgets, { ...plain, ...chosen, ranks: "padded" })).toBeNull();
  }
});

test.each(["fedavg", "fedavg-finish", "fdlora", "fedprox", "fedrep", "fedrod", "fedkd"])(
  "%s by SVD takes no robust mean, which its method itself does not say",
  (id) => {
    const method = methodOf(presetOf(id));
    for (const robustness of [ROBUSTNESS.median, ROBUSTNESS.trimmedMean])
      expect(ranksRefusal(method, budgets, { ...plain, robustness, ranks: "svd" })).toEqual(["robustProducts"]);
    expect(ranksRefusal(method, budgets, { ...plain, ranks: "svd" })).toBeNull();
  },
);
