import { describe, expect, test } from "vitest";
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import { adapterLayout, initialAdapter, layoutBytes, layoutOf, layoutOfBytes, travelling } from "../adapters/adapterLayout.ts";
import { entriesOf } from "../adapters/adapterPart.ts";
import { scaled, stackRanks } from "../adapters/adapterSum.ts";
import { truncateRank } from "../adapters/thinSvd.ts";
import { fuse, sumOf } from "../fusion/adaFusion.ts";
import { mixed } from "../fusion/mix.ts";
import { roundNumbers } from "../schedule/roundNumbers.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import { budgets } from "./conformance.ts";
import { type HeldAdapters, received, receivedLayout, sentDown, uploaded, uploadLayout } from "./exchange.ts";
import { plansOf } from "./planFacts.ts";
import { type Method, methodOf, strategies } from "./registry.ts";

const names = ["l0", "l1", "l2", "l3", "l4"];
const linears = names.map((name, i) => ({ name, inFeatures: 3 + i, outFeatures: 5 - i }));
const layoutWith = (travel: "shared" | "personal") =>
  adapterLayout(linears, {
    ...{ rank: 2, alpha: 4, dropout: 0, targetModules: names },
    prototypes: { labels: 3, width: 4, rate: 1, travel },
  });
const layout = layoutWith("shared");
const key = "labels.weight";

/** Another random adapter for every seed. */
function adapterOf(seed: number, of = layout): NamedTensors {
  const draw = random(seed, "prototypes");
  return new Map(
    [...initialAdapter(of, seed)].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => draw() - 0.5) }]),
  );
}
const labelsOf = (adapter: NamedTensors) => [...(adapter.get(key)?.data ?? [])];

test("prototypes are the last entry, have no rank, and start at zero", () => {
  expect(layout.at(-1)).toEqual({ key, shape: [3, 4] });
  expect(labelsOf(initialAdapter(layout, 5)).every((value) => value === 0)).toBe(true);
  const wide = stackRanks([adapterOf(1), adapterOf(2)]);
  expect(layoutOfBytes(layout, layoutBytes(layoutOf(wide)))).toEqual(layoutOf(wide));
  expect(decodeAdapter(encodeAdapter(wide, layoutOf(wide)), layoutOf(wide))).toEqual(wide);
  expect(() => layoutOfBytes(layout, layoutBytes(layout) + 4)).toThrow(RangeError);
});

test("they are added where updates are added, and are an average in a mix", () => {
  const [x, y] = [adapterOf(1), adapterOf(2)];
  const wanted = labelsOf(x).map((value, i) => Math.fround(0.25 * value) + Math.fround(0.5 * (labelsOf(y)[i] ?? 0)));
  const weights = { personal: 0.25, shared: 0.5 };
  for (const sum of [
    stackRanks([scaled(x, 0.25), scaled(y, 0.5)]),
    sumOf(x, y, weights),
    fuse(x, y, weights),
    truncateRank(sumOf(x, y, weights), 3),
  ]) {
    for (const [i, value] of labelsOf(sum).entries()) expect(value).toBeCloseTo(wanted[i] ?? 0, 6);
  }
  const mix = mixed(x, y, { kind: "factor", weights: [{ personal: 9, shared: 9 }, weights] });
  for (const [i, value] of labelsOf(mix).entries()) expect(value).toBeCloseTo((wanted[i] ?? 0) / 0.75, 6);
});

test("they go with B and with the head", () => {
  const isIn = (part: Parameters<typeof entriesOf>[1]) => entriesOf(layout, part).some((entry) => entry.key === key);
  expect((["all", "b", "head", "a", "body"] as const).map(isIn)).toEqual([true, true, true, false, false]);
  expect(entriesOf(layout, "body")).toHaveLength(6);
});

/** One client's round, from blob to blob; a seeded walk in place of training. */
function taken(method: Method, round: number, held: HeldAdapters, down: Uint8Array | null, of: typeof layout) {
  const plan = method.plan(budgets, { round, isNewcomer: false });
  const start =
    plan.receive && down
      ? received(decodeAdapter(down, receivedLayout(of, plan.receive, down.byteLength)), plan.receive, held.shared)
      : null;
  const moved = { ...held, ...(start ? { shared: start.shared } : {}) };
  const walked = (from: NamedTensors) => stackless(from, adapterOf(round + 1, of));
  const after = { ...moved, personal: walked(moved.personal), shared: walked(moved.shared) };
  const upload = plan.upload && encodeAdapter(uploaded(plan.upload, start, after), uploadLayout(of, plan.upload));
  return { after, upload, plan };
}
const stackless = (x: NamedTensors, y: NamedTensors) => fuse(x, y, { personal: 1, shared: 1 });

describe.each(strategies.map(({ id }) => id))("%s", (id) => {
  const method = methodOf({ id, config: Object.values(strategies.find((one) => one.id === id)?.presets ?? {})[0] ?? {} });
  const hasExtras = plansOf(method, budgets).some(({ receive, upload }) => receive?.extra || upload?.extra);
  test.skipIf(hasExtras).each(["shared", "personal"] as const)("carries prototypes that are %s through every round", (travel) => {
    const own = layoutWith(travel);
    const wire = travelling(own);
    const initial = initialAdapter(own, 5);
    let state = method.init(initialAdapter(wire, 5));
    let held: HeldAdapters = { personal: initial, shared: initial, merged: null, control: null, residual: null, alone: null };
    for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
      const { receive } = method.plan(budgets, { round, isNewcomer: false });
      const sent = receive && sentDown(method.download(state, "a"), receive);
      const down = sent && encodeAdapter(sent, layoutOf(sent));
      const { after, upload, plan } = taken(method, round, held, down, own);
      held = after;
      if (!plan.upload || !upload) continue;
      const tensors = decodeAdapter(upload, uploadLayout(wire, plan.upload));
      expect([...tensors.keys()].some((name) => name.startsWith("labels.own"))).toBe(false);
      expect(tensors.has(key)).toBe(travel === "shared" && plan.upload.part !== "a" && plan.upload.part !== "body");
      state = method.aggregate(state, [{ clientId: "a", sampleCount: 3, tensors }], round);
    }
    // What stays is the client's walk alone, whatever the coordinator hands out.
    if (travel === "personal") expect(held.personal.get("labels.own.weight")?.data.some((value) => value !== 0)).toBe(true);
  });
});
