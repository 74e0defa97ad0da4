import { describe, expect, it } from "vitest";
import { fdLora } from "./fdLora.ts";
import { fedAvg } from "./fedAvg.ts";
import {
  personalLeaves,
  plansOf,
  readsLabelCounts,
  servesBy,
  startsPersonal,
  trainingsOf,
  trainsBoth,
  trainsPersonal,
} from "./planFacts.ts";
import { type Method, methodOf, strategies } from "./registry.ts";
import type { Budgets, RoundPlan } from "./strategy.ts";

const steps = (amount: number) => ({ unit: "steps", amount }) as const;
const budgets: Budgets = { local: steps(4), inner: steps(2), rounds: 6 };

/** Every method with every preset: [trains a personal adapter, it leaves the client, it goes on from an imported one, serves]. */
const FACTS: Readonly<Record<string, readonly [boolean, boolean, boolean, string]>> = {
  "fdlora/sends-personal": [true, true, true, "fuse"],
  "fdlora/paper": [true, true, true, "fuse"],
  "fdlora/private": [true, false, false, "fuse"],
  "fdlora/halves": [true, false, false, "sum"],
  "local/standard": [true, false, true, "personal"],
  "fedavg/standard": [false, false, false, "shared"],
  "fedavg-finish/standard": [true, false, false, "personal"],
  "fedprox/standard": [false, false, false, "shared"],
  "fedprox/gentle": [false, false, false, "shared"],
  "scaffold/standard": [false, false, false, "shared"],
  "fedopt/momentum": [false, false, false, "shared"],
  "fedopt/adam": [false, false, false, "shared"],
  "ditto/standard": [true, false, true, "personal"],
  "ditto/gentle": [true, false, true, "personal"],
  "fedrep/standard": [false, false, false, "shared"],
  "fedamp/standard": [true, true, true, "personal"],
  "fedamp/gentle": [true, true, true, "personal"],
  "fedrod/standard": [true, false, true, "sum"],
  // What is trained on the shared adapter's batches begins as it is drawn.
  "fedrod/together": [true, false, false, "sum"],
  "fedkd/standard": [true, false, true, "personal"],
  "fedkd/together": [true, false, false, "personal"],
  "ffa-lora/standard": [false, false, false, "shared"],
  "fedsa-lora/standard": [false, false, false, "shared"],
  "rolora/standard": [false, false, false, "shared"],
  "flexlora/standard": [false, false, false, "shared"],
  "flora/standard": [false, false, false, "shared"],
  "fedex-lora/standard": [false, false, false, "shared"],
  "feddpa/standard": [true, false, true, "fuse"],
  "feddpa/full-weight": [true, false, true, "fuse"],
  "fedalt/standard": [true, true, true, "fuse"],
  "fedalt/brief": [true, true, true, "fuse"],
};

const everyMethod = strategies.flatMap((strategy) =>
  Object.entries<unknown>(strategy.presets).map(
    ([preset, config]) => [`${strategy.id}/${preset}`, methodOf({ id: strategy.id, config })] as const,
  ),
);

it("are known of every registered method and preset", () => {
  const found = everyMethod.map(([name, method]) => {
    const serve = servesBy(method, budgets);
    const served = serve?.kind === "slot" ? serve.slot : (serve?.kind ?? "nothing");
    return [name, [trainsPersonal(method, budgets), personalLeaves(method, budgets), startsPersonal(method, budgets), served]];
  });
  expect(Object.fromEntries(found)).toEqual(FACTS);
});

it("know every training of a client, and which of them look at the counts of its labels", () => {
  const amounts = (id: string, preset: string) => {
    const found = everyMethod.find(([name]) => name === `${id}/${preset}`);
    return found && trainingsOf(found[1], budgets).map(({ amount }) => amount);
  };
  expect(amounts("fdlora", "sends-personal")).toEqual([4, 2, 2, 2, 2, 2, 2]);
  // Without learning alone, and with a finish.
  expect(amounts("fdlora", "private")).toEqual([2, 2, 2, 2, 2, 2, 2]);
  expect(amounts("local", "standard")).toEqual([4, 2, 2, 2, 2, 2, 2]);
  // Both read every batch.
  expect(amounts("fedkd", "together")).toEqual(Array(12).fill(1));
  const those = (are: typeof trainsBoth) => everyMethod.flatMap(([name, method]) => (are(method, budgets) ? [name] : []));
  expect(those(readsLabelCounts)).toEqual(["fedrod/standard", "fedrod/together"]);
  expect(those(trainsBoth)).toEqual(["fedrod/together", "fedkd/together"]);
});

/** FedAvg with other plans: `made` gives what differs from a federated round in which nothing happens. */
function planned(made: (round: number) => Partial<RoundPlan>): Method {
  const method = methodOf({ id: fedAvg.id, config: {} });
  const nothing: RoundPlan = { stage: "federated", receive: null, steps: [], upload: null, serve: null };
  return { ...method, plan: (_budgets, { round }) => ({ ...nothing, ...made(round) }) };
}

const trainShared = { kind: "train", slot: "shared", budget: budgets.inner } as const;
const trainPersonal = { kind: "train", slot: "personal", budget: budgets.inner } as const;
const keepShared = { kind: "copy", from: "shared", to: "personal" } as const;
const sendShared = { slot: "shared", form: "value", part: "all", extra: null } as const;

describe("the personal adapter leaves", () => {
  it("in FDLoRA even from a common seed: it is set to the copy that was uploaded", () => {
    const config = { ...fdLora.presets["sends-personal"], init: "seed" };
    expect(personalLeaves(methodOf({ id: fdLora.id, config }), budgets)).toBe(true);
  });

  it("where it is set to what was sent rounds ago, and not where something else came in between", () => {
    const later = (receive: RoundPlan["receive"]) =>
      planned((round) =>
        round === 1 ? { steps: [trainShared], upload: sendShared } : round === 3 ? { receive, steps: [keepShared] } : {},
      );
    expect(personalLeaves(later(null), budgets)).toBe(true);
    expect(personalLeaves(later({ part: "all", extra: null }), budgets)).toBe(false);
  });

  it("where it is copied over the shared one, which is sent", () => {
    const copied = planned(() => ({
      steps: [trainPersonal, { kind: "copy", from: "personal", to: "shared" }],
      upload: sendShared,
    }));
    expect(personalLeaves(copied, budgets)).toBe(true);
  });

  it("not where it is trained further after the copy", () => {
    expect(
      personalLeaves(
        planned(() => ({ steps: [trainShared, keepShared, trainPersonal], upload: sendShared })),
        budgets,
      ),
    ).toBe(false);
  });
});

describe("a personal adapter that is drawn", () => {
  const drawn = { kind: "draw", slot: "personal" } as const;
  const both = { kind: "trainBoth", budget: budgets.inner, personal: {}, shared: {} } as const;

  it("is not what was sent before, though it was a copy of it", () => {
    const after = (steps: RoundPlan["steps"]) =>
      planned(() => ({ steps: [trainShared, keepShared, ...steps], upload: sendShared }));
    expect(personalLeaves(after([]), budgets)).toBe(true);
    expect(personalLeaves(after([drawn, both]), budgets)).toBe(false);
  });

  it("has nothing of an imported one, which is read where it is not drawn", () => {
    const first = (steps: RoundPlan["steps"]) => planned((round) => ({ steps: round === 1 ? steps : [both] }));
    expect(startsPersonal(first([drawn, both]), budgets)).toBe(false);
    expect(startsPersonal(first([both]), budgets)).toBe(true);
    // Later nothing is drawn.
    const later = planned((round) => (round === 2 ? { steps: [drawn, both] } : {}));
    expect(startsPersonal(later, budgets)).toBe(true);
  });
});

describe("an imported personal adapter has an effect", () => {
  it("where it is only a teacher, an anchor or frozen beside the other", () => {
    for (const reading of [
      { active: { personal: 1, shared: 1 } },
      { proximal: { to: "personal", mu: 1 } },
      { distill: { from: "personal", weight: 1, temperature: 2 } },
    ] as const) {
      expect(
        startsPersonal(
          planned(() => ({ steps: [{ ...trainShared, ...reading }] })),
          budgets,
        ),
      ).toBe(true);
    }
  });

  it("also where it is first read in a later round, and not once it was overwritten", () => {
    const readLate = (first: RoundPlan["steps"]) => planned((round) => ({ steps: round === 1 ? first : [trainPersonal] }));
    expect(startsPersonal(readLate([trainShared]), budgets)).toBe(true);
    expect(startsPersonal(readLate([trainShared, keepShared]), budgets)).toBe(false);
  });
});

it("plans come one a round, from learning alone to fusing", () => {
  const plans = plansOf(methodOf({ id: fdLora.id, config: fdLora.presets["sends-personal"] }), budgets);
  expect(plans.map(({ stage }) => stage)).toEqual(["local", ...Array(6).fill("federated"), "fusing"]);
});
