/** What every strategy must satisfy; registry.test.ts runs it for each one and its presets. */
import { expect, it } from "vitest";
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import { adapterLayout, initialAdapter, layoutOf } from "../adapters/adapterLayout.ts";
import { partOf, withPart } from "../adapters/adapterSum.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import { ROBUSTNESS } from "../robustness/robustnessConfig.ts";
import { isFusing, roundNumbers } from "../schedule/roundNumbers.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import { aggregateRound } from "./aggregateRound.ts";
import { weightsOf } from "./contributions.ts";
import { type HeldAdapters, received, receivedLayout, sentDown, uploaded, uploadLayout } from "./exchange.ts";
import type { Method } from "./registry.ts";
import type { Budgets, Contribution, LocalStep, ServerState } from "./strategy.ts";
import { trainingsIn } from "./trainings.ts";

export const budgets: Budgets = {
  local: { unit: "steps", amount: 24 },
  inner: { unit: "steps", amount: 12 },
  rounds: 4,
};

/** Two small tensors with the given values, in layout order. */
export function tensors(a: readonly number[], b: readonly number[]): NamedTensors {
  return new Map([
    ["m.lora_A.weight", { shape: [1, a.length], data: Float32Array.from(a) }],
    ["m.lora_B.weight", { shape: [b.length, 1], data: Float32Array.from(b) }],
  ]);
}

export const values = (t: NamedTensors): number[] => [...t.values()].flatMap(({ data }) => [...data]);

/** Five modules of different shapes, rank 2: enough for a head and a body, and for sums of ranks above every side. */
const layout = adapterLayout(
  [3, 4, 2, 5, 3].map((width, i) => ({ name: `l${i}`, inFeatures: width, outFeatures: 7 - width })),
  { rank: 2, alpha: 4, dropout: 0, targetModules: ["l0", "l1", "l2", "l3", "l4"] },
);
const start = initialAdapter(layout, 9);

interface SimulatedClient {
  readonly clientId: string;
  readonly sampleCount: number;
  /** How far its training moves it. */
  readonly reach: number;
}

const a: SimulatedClient = { clientId: "a", sampleCount: 10, reach: 0.3 };
const b: SimulatedClient = { clientId: "b", sampleCount: 30, reach: 0.2 };
const c: SimulatedClient = { clientId: "c", sampleCount: 25, reach: 0.4 };
const everyone = [a, b, c];

/** One round at a client, from blob to blob; its training is a seeded walk of whatever the plan moves. */
function contribute(
  method: Method,
  state: ServerState,
  round: number,
  client: SimulatedClient,
  isNewcomer = false,
): Contribution {
  const plan = method.plan(budgets, { round, isNewcomer });
  let held: HeldAdapters = { personal: start, shared: start, merged: null, control: null, residual: null, alone: null };
  const sent = plan.receive && sentDown(method.download(state, client.clientId), plan.receive);
  const blob = sent && encodeAdapter(sent, layoutOf(sent));
  const begin =
    plan.receive && blob
      ? received(decodeAdapter(blob, receivedLayout(layout, plan.receive, blob.byteLength)), plan.receive, held.shared)
      : null;
  held = { ...held, ...(begin ? { shared: begin.shared } : {}) };
  for (const step of plan.steps) held = walked(held, step, client, round);
  if (!plan.upload) throw new Error("This round uploads nothing");
  const wire = uploadLayout(layout, plan.upload);
  return { ...client, tensors: decodeAdapter(encodeAdapter(uploaded(plan.upload, begin, held), wire), wire) };
}

function walked(held: HeldAdapters, step: LocalStep, { clientId, reach }: SimulatedClient, round: number): HeldAdapters {
  if (step.kind === "copy") return { ...held, [step.to]: held[step.from] };
  if (step.kind === "draw") return { ...held, [step.slot]: start };
  let now = held;
  for (const { slot, controlled, part = "all" } of trainingsIn([step])) {
    const uniform = random(3, clientId, round, slot);
    const moved = new Map(
      [...now[slot]].map(([key, { shape, data }]) => [
        key,
        { shape, data: data.map((value) => value + reach * (uniform() - 0.5)) },
      ]),
    );
    const control = controlled ? linearCombination([reach], [moved]) : now.control;
    now = { ...now, control, [slot]: withPart(now[slot], partOf(moved, part)) };
  }
  return now;
}

/** The state after rounds up to `last`, everyone taking part in all of them. */
function after(method: Method, last: number): ServerState {
  let state = method.init(start);
  for (let round = method.firstRound; round <= last; round++) state = advance(method, state, round, everyone);
  return state;
}

function advance(method: Method, state: ServerState, round: number, clients: readonly SimulatedClient[]): ServerState {
  if (method.plan(budgets, { round, isNewcomer: false }).upload === null) return state;
  return method.aggregate(
    state,
    clients.map((client) => contribute(method, state, round, client)),
    round,
  );
}

/** Every number of a state, by name. */
const flat = ({ shared, memory }: ServerState) => [
  values(shared),
  ...Object.keys(memory)
    .sort()
    .map((name) => [name, ...values(memory[name] ?? new Map())]),
];

const reread = (t: NamedTensors): NamedTensors => readSafetensors(writeSafetensors(t));

/** Registers the suite for one method. */
export function describeMethod(method: Method): void {
  it("plans every round of a client from the first to the fusing one", () => {
    for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
      for (const isNewcomer of round === method.firstRound ? [false] : [false, true]) {
        const plan = method.plan(budgets, { round, isNewcomer });
        expect(plan.stage === "fusing").toBe(isFusing(round, budgets.rounds));
        expect(plan.serve !== null).toBe(plan.stage === "fusing");
        if (plan.stage === "fusing") expect(plan.upload).toBeNull();
        if (plan.upload?.form === "difference") expect(plan.receive).not.toBeNull();
      }
    }
  });

  if (method.plan(budgets, { round: 1, isNewcomer: false }).upload === null) {
    it("refuses to aggregate, since no client uploads", () => {
      const sent = everyone.map((client) => ({ ...client, tensors: start }));
      expect(() => method.aggregate(method.init(start), sent, 1)).toThrow(RangeError);
    });
    return;
  }

  const second = () => everyone.map((client) => contribute(method, after(method, 1), 2, client));

  it("does not depend on the order in which clients answered, nor on when it is computed", () => {
    const state = after(method, 1);
    const [first, middle, last] = second() as [Contribution, Contribution, Contribution];
    const once = flat(method.aggregate(state, [first, middle, last], 2));
    expect(flat(method.aggregate(state, [last, first, middle], 2))).toEqual(once);
    expect(flat(method.aggregate(after(method, 1), second(), 2))).toEqual(once);
    expect(once.flat().some((value) => typeof value === "number" && !Number.isFinite(value))).toBe(false);
  });

  it("aggregates an honest round through the guard as without it, bit for bit, and says how everyone stood", () => {
    for (const round of roundNumbers(method.firstRound, budgets.rounds).slice(0, 3)) {
      const before = round === method.firstRound ? method.init(start) : after(method, round - 1);
      const plan = method.plan(budgets, { round, isNewcomer: false });
      const contributions = everyone.map((client) => contribute(method, before, round, client));
      const given = { method, robustness: ROBUSTNESS.clip, round, plan, rank: 2, before, contributions };
      const { after: guarded, standings } = aggregateRound(given);
      expect(flat(guarded)).toEqual(flat(method.aggregate(before, contributions, round)));
      expect(standings.map(({ isClipped, isCapped }) => isClipped || isCapped)).toEqual([false, false, false]);
      expect(standings.every(({ norm, cosine }) => norm !== null && norm > 0.1 && cosine !== null)).toBe(true);
    }
  });

  const refusal = method.robustnessRefusal(ROBUSTNESS.median);
  if (refusal) {
    it("says why no robust mean can take its mean's place", () => {
      expect(refusal.startsWith(method.label) && refusal.endsWith(".")).toBe(true);
      expect(method.robustnessRefusal(ROBUSTNESS.clip)).toBeNull();
    });
  }

  // No mean of factors stands for products: where a method averages them by the federation's ranks alone, ranksRefusal says so.
  if (refusal === null && !method.averagesProducts) {
    it("knows its clients through their mean alone", () => {
      const state = after(method, 1);
      const weights = weightsOf(everyone, method.weighting);
      const sent = second();
      const mean = linearCombination(
        weights,
        sent.map((contribution) => contribution.tensors),
      );
      const one = method.aggregate(state, [{ clientId: "mean", sampleCount: 65, tensors: mean }], 2);
      const all = method.aggregate(state, sent, 2);
      expect(Object.keys(one.memory)).toEqual(Object.keys(all.memory));
      // The mean was rounded to float32 once more.
      values(one.shared).forEach((value, i) => {
        expect(value).toBeCloseTo(values(all.shared)[i] ?? Number.NaN, 5);
      });
    });
  }

  it("leaves its inputs untouched", () => {
    const state = after(method, 1);
    const sent = second();
    const before = JSON.stringify([flat(state), sent.map((contribution) => values(contribution.tensors))]);
    method.aggregate(state, sent, 2);
    method.download(state, "a");
    expect(JSON.stringify([flat(state), sent.map((contribution) => values(contribution.tensors))])).toBe(before);
  });

  it("goes on the same from files", () => {
    const state = after(method, 1);
    const memory = Object.fromEntries(Object.entries(state.memory).map(([name, t]) => [name, reread(t)]));
    const restored = { shared: reread(state.shared), memory };
    expect(flat(method.aggregate(restored, second(), 2))).toEqual(flat(method.aggregate(state, second(), 2)));
  });

  it("is the same when all sample counts are scaled", () => {
    const scaled = second().map((contribution) => ({ ...contribution, sampleCount: contribution.sampleCount * 8 }));
    const state = after(method, 1);
    expect(flat(method.aggregate(state, scaled, 2))).toEqual(flat(method.aggregate(state, second(), 2)));
  });

  it("goes on without clients that dropped out, and with ones that come later or back", () => {
    let state = after(method, 1);
    state = advance(method, state, 2, [b]);
    state = method.aggregate(
      state,
      [contribute(method, state, 3, a), contribute(method, state, 3, { clientId: "new", sampleCount: 7, reach: 0.5 }, true)],
      3,
    );
    state = advance(method, state, 4, everyone);
    expect(
      flat(state)
        .flat()
        .every((value) => typeof value === "string" || Number.isFinite(value)),
    ).toBe(true);
    expect(values(state.shared)).not.toEqual(values(start));
    const { receive } = method.plan(budgets, { round: 5, isNewcomer: false });
    for (const clientId of ["a", "new", "unheard of"]) {
      if (receive) expect(values(sentDown(method.download(state, clientId), receive)).every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses no contribution, a value that is not finite, and another layout", () => {
    const state = after(method, 1);
    const [first, ...others] = second() as [Contribution, ...Contribution[]];
    expect(() => method.aggregate(state, [], 2)).toThrow(RangeError);
    const broken = (change: (data: Float32Array) => Float32Array): Contribution => ({
      ...first,
      tensors: new Map([...first.tensors].map(([key, { shape, data }]) => [key, { shape, data: change(data) }])),
    });
    expect(() => method.aggregate(state, [broken((data) => data.map(() => Number.NaN)), ...others], 2)).toThrow(RangeError);
    const other = { ...first, tensors: tensors([1], [1, 2, 3]) };
    expect(() => method.aggregate(state, [other, ...others], 2)).toThrow(RangeError);
  });
}
