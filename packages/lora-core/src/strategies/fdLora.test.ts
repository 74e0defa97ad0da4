import { describe, expect, it } from "vitest";
import { budgets, tensors, values } from "./conformance.ts";
import { type FdLoraConfig, fdLora } from "./fdLora.ts";
import { fedAvg } from "./fedAvg.ts";
import { local } from "./local.ts";
import type { Contribution, Strategy } from "./strategy.ts";

const config = fdLora.presets["sends-personal"] as FdLoraConfig;
const start = tensors([0.5], [-2]);
const two: Contribution[] = [
  { clientId: "a", sampleCount: 10, tensors: tensors([0.2], [0.6]) },
  { clientId: "b", sampleCount: 30, tensors: tensors([-0.4], [1.0]) },
];

/** Two rounds of the same two differences. */
function twoRounds<C>(strategy: Strategy<C>, c: C): number[][] {
  const first = strategy.aggregate(strategy.init(start, c), two, c, 1);
  return [values(first.shared), values(strategy.aggregate(first, two, c, 2).shared)];
}

const expectRounds = (actual: number[][], expected: number[][]) =>
  actual.flat().forEach((value, index) => {
    expect(value).toBeCloseTo(expected.flat()[index] as number, 6);
  });

it("sends nothing of what clients learn alone, unless the shared adapter starts from its mean", () => {
  const alone: FdLoraConfig = { ...config, sync: { ...config.sync, every: 0 }, finish: false };
  const uploadOf = (init: FdLoraConfig["init"]) =>
    fdLora.plan({ ...alone, init }, budgets, { round: 0, isNewcomer: false }).upload;
  expect(uploadOf("seed")).toBeNull();
  expect(uploadOf("mean-personal")).toEqual({ slot: "personal", form: "value", part: "all", extra: null });
});

describe("FDLoRA at the coordinator", () => {
  // Uniform mean of the differences: A (0.2 - 0.4) / 2 = -0.1; B (0.6 + 1.0) / 2 = 0.8.
  it("takes Nesterov's outer step", () => {
    // eta 0.7, mu 0.9. v1 = (-0.1, 0.8); step1 = D + 0.9 v1 = (-0.19, 1.52); theta = (0.5 + 0.133, -2 - 1.064).
    // v2 = 0.9 v1 + D = (-0.19, 1.52); step2 = D + 0.9 v2 = (-0.271, 2.168); theta = (0.633 + 0.1897, -3.064 - 1.5176).
    const c: FdLoraConfig = { ...config, outer: { form: "nesterov", learningRate: 0.7, momentum: 0.9 } };
    expectRounds(twoRounds(fdLora, c), [
      [0.633, -3.064],
      [0.8227, -4.5816],
    ]);
  });

  it("takes the heavy-ball outer step", () => {
    // theta1 = theta - 0.7 v1 = (0.57, -2.56); theta2 = theta1 - 0.7 v2 = (0.703, -3.624).
    const c: FdLoraConfig = { ...config, outer: { form: "heavy-ball", learningRate: 0.7, momentum: 0.9 } };
    expectRounds(twoRounds(fdLora, c), [
      [0.57, -2.56],
      [0.703, -3.624],
    ]);
  });

  it("starts the shared adapter at the mean of the personal ones (line 7)", () => {
    const state = fdLora.aggregate(fdLora.init(start, config), two, config, 0);
    expectRounds([values(state.shared)], [[-0.1, 0.8]]);
    expect(values(state.memory.velocity!)).toEqual([0, 0]);
  });

  it("is FedAvg bit for bit with outer rate 1, no momentum and sample weights, and not with uniform weights", () => {
    const outer = { form: "nesterov", learningRate: 1, momentum: 0 } as const;
    expect(twoRounds(fdLora, { ...config, outer, weighting: "samples" })).toEqual(twoRounds(fedAvg, {}));
    expect(twoRounds(fdLora, { ...config, outer, weighting: "uniform" })).not.toEqual(twoRounds(fedAvg, {}));
  });

  it("keeps what one client learned when there is only one, as local training would", () => {
    const outer = { form: "heavy-ball", learningRate: 1, momentum: 0 } as const;
    const learned = tensors([0.25], [-1.5]);
    const difference = tensors([0.25], [-0.5]); // start - learned
    const c: FdLoraConfig = { ...config, outer };
    const state = fdLora.aggregate(fdLora.init(start, c), [{ clientId: "a", sampleCount: 7, tensors: difference }], c, 1);
    expect(values(state.shared)).toEqual(values(learned));
  });
});

describe("FDLoRA at a client", () => {
  const kinds = (c: FdLoraConfig, round: number, isNewcomer = false) =>
    fdLora
      .plan(c, budgets, { round, isNewcomer })
      .steps.map((step) =>
        step.kind === "copy" ? `copy ${step.from}>${step.to}` : `${step.kind} ${"slot" in step ? step.slot : ""}`,
      );

  it("syncs the personal adapter every H rounds, after the inner training and before the upload", () => {
    const second: FdLoraConfig = { ...config, sync: { ...config.sync, every: 2 } };
    expect([1, 2, 3, 4].map((round) => kinds(second, round))).toEqual([
      ["train shared"],
      ["train shared", "copy shared>personal"],
      ["train shared"],
      ["train shared", "copy shared>personal"],
    ]);
  });

  it("never syncs when H is 0", () => {
    const never: FdLoraConfig = { ...config, sync: { every: 0, when: "multiple", copy: "uploaded" } };
    expect([1, 2, 3, 4].flatMap((round) => kinds(never, round))).toEqual(Array(4).fill("train shared"));
  });

  it("lets a late joiner learn alone first, but where its first round would leave nothing of that", () => {
    const paper = fdLora.presets.paper as FdLoraConfig;
    expect(kinds(paper, 3, true)).toEqual(["train personal", "train shared"]);
    expect(kinds(config, 3, true)).toEqual(["train shared", "copy shared>personal"]);
    expect(kinds({ ...config, personalInForward: true }, 3, true)).toContain("train personal");
    expect(kinds({ ...paper, finish: true }, 3, true)).toEqual(["train shared"]);
    for (const one of [config, paper]) expect(kinds(one, 5, true)).toEqual(["train personal"]);
  });

  it("uploads the personal adapter once, unless private: then never, nor a copy of it, and makes it at the end", () => {
    const upload = (c: FdLoraConfig, round: number) => fdLora.plan(c, budgets, { round, isNewcomer: false }).upload?.slot;
    expect([0, 1, 2].map((round) => upload(config, round))).toEqual(["personal", "shared", "shared"]);
    const secret = fdLora.presets.private as FdLoraConfig;
    expect(fdLora.firstRound(secret)).toBe(1);
    expect([1, 2, 5].map((round) => upload(secret, round))).toEqual(["shared", "shared", undefined]);
    expect([1, 4, 5].map((round) => kinds(secret, round))).toEqual([
      ["train shared"],
      ["train shared"],
      ["copy shared>personal", "train personal"],
    ]);
  });

  it("trains for the same budget as local training, step for step", () => {
    const trained = <C>(strategy: Strategy<C>, c: C) =>
      [0, 1, 2, 3, 4, 5].map((round) =>
        strategy.plan(c, budgets, { round, isNewcomer: false }).steps.flatMap((s) => (s.kind === "train" ? [s.budget] : [])),
      );
    expect(trained(fdLora, config)).toEqual(trained(local, {}));
  });
});

describe("FDLoRA's readings", () => {
  const steps = (c: FdLoraConfig, round: number) => fdLora.plan(c, budgets, { round, isNewcomer: false }).steps;
  const copies = (c: FdLoraConfig) => [1, 2, 3, 4].map((round) => steps(c, round).findIndex((step) => step.kind === "copy"));

  it("syncs in the other rounds when line 9 is taken as printed", () => {
    expect(copies({ ...config, sync: { every: 3, when: "printed", copy: "uploaded" } })).toEqual([1, 1, -1, 1]);
  });

  it("keeps stage 1 where its result is averaged or served, and leaves it out elsewhere", () => {
    const first = (changed: Partial<FdLoraConfig>) => fdLora.firstRound({ ...config, ...changed });
    const never = { every: 0, when: "multiple", copy: "uploaded" } as const;
    expect([first({}), first({ init: "seed" }), first({ init: "seed", sync: never })]).toEqual([0, 1, 0]);
    expect(first({ init: "seed", sync: never, finish: true })).toBe(1);
  });

  it("can sync to what was received, before training", () => {
    expect(copies({ ...config, sync: { every: 2, when: "multiple", copy: "received" } })).toEqual([-1, 0, -1, 0]);
  });

  it("can keep the personal adapter active, frozen, while the shared one is trained", () => {
    expect(steps({ ...config, personalInForward: true }, 1).slice(0, 1)).toEqual([
      { kind: "train", slot: "shared", budget: budgets.inner, active: { personal: 1, shared: 1 } },
    ]);
  });

  it("can average instead of taking an outer step, which is FedAvg with its weights", () => {
    const averaging: FdLoraConfig = { ...config, outer: { form: "average" }, weighting: "samples" };
    expect(twoRounds(fdLora, averaging)).toEqual(twoRounds(fedAvg, {}));
    expect(fdLora.init(start, averaging).memory).toEqual({});
  });
});

describe("FDLoRA's presets", () => {
  it("are the settings that ADRs and tables speak of", () => {
    const { paper, "sends-personal": sendsPersonal, private: kept } = fdLora.presets as Record<string, FdLoraConfig>;
    expect(Object.keys(fdLora.presets)).toEqual(["private", "halves", "sends-personal", "paper"]);
    expect(paper).toMatchObject({
      ...{ init: "mean-personal", weighting: "uniform", finish: false, personalInForward: false },
      sync: { every: 5, when: "multiple", copy: "uploaded" },
      outer: { form: "heavy-ball", learningRate: 1, momentum: 0.5 },
      fusion: { kind: "factor", objective: "loss", maxEvaluations: 5, l1: 0.05, confidence: 0 },
    });
    expect(sendsPersonal).toMatchObject({
      ...{ init: "mean-personal", finish: false },
      sync: { every: 1, when: "multiple", copy: "uploaded" },
      outer: { form: "nesterov", learningRate: 1, momentum: 0.5 },
      fusion: { kind: "factor", objective: "error", maxEvaluations: 6, l1: 0.05, confidence: 1 },
    });
    expect(kept).toMatchObject({ init: "seed", finish: true, sync: { every: 0 }, outer: { form: "average" } });
  });

  it("mixes half of each without a look at any row, and is else what keeps the personal adapter", () => {
    const { halves, private: kept } = fdLora.presets as Record<string, FdLoraConfig>;
    const rounds = Array.from({ length: budgets.rounds + 1 }, (_, index) => index + 1);
    const planned = (c?: FdLoraConfig) => rounds.map((round) => c && fdLora.plan(c, budgets, { round, isNewcomer: false }));
    const serve = { kind: "sum", weights: { personal: 0.5, shared: 0.5 } };
    expect(planned(halves)).toEqual(planned(kept).map((plan) => (plan?.serve ? { ...plan, serve } : plan)));
    expect(planned(kept).at(-1)?.serve?.kind).toBe("fuse");
  });
});
