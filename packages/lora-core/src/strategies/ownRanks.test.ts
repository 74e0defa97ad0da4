/** Rounds of clients with unlike ranks against numpy (fixtures/ranks/make_fixtures.py), from what each of them sends. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { layoutOf, layoutOfRank } from "../adapters/adapterLayout.ts";
import { firstRanks } from "../adapters/adapterRank.ts";
import { rankOf } from "../adapters/adapterSum.ts";
import type { Ranks } from "../adapters/ranks.ts";
import { productOf } from "../adapters/testing/productOf.ts";
import { presetOf } from "../federation/federationDefaults.ts";
import { ROBUSTNESS } from "../robustness/robustnessConfig.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { aggregateRound } from "./aggregateRound.ts";
import { updateNorm } from "./aggregationError.ts";
import { budgets, describeMethod } from "./conformance.ts";
import { atFullRank, type SentContribution } from "./ownRanks.ts";
import { type Method, methodOf } from "./registry.ts";
import type { ServerState } from "./strategy.ts";
import { decodeUpload, encodeUpload, sentFrom } from "./uploadCodec.ts";

type Modules = Readonly<Record<string, { readonly a: number[][]; readonly b: number[][] }>>;
interface Fixture {
  readonly start: Modules;
  readonly clients: readonly { readonly rank: number; readonly rows: number; readonly learned: Modules }[];
  readonly norms: readonly number[];
  readonly padded: Modules;
  readonly weighted: Modules;
  readonly svd: Readonly<Record<string, number[][]>>;
  readonly svdOfClients: readonly Readonly<Record<string, number[][]>>[];
}
const fixture: Fixture = JSON.parse(readFileSync(new URL("../../fixtures/ranks/ranks.json", import.meta.url), "utf8"));

const tensor = (rows: number[][]) => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  data: Float32Array.from(rows.flat()),
});
const adapterOf = (modules: Modules): NamedTensors =>
  new Map(
    Object.entries(modules).flatMap(([name, { a, b }]) => [
      [`${name}.lora_A.weight`, tensor(a)],
      [`${name}.lora_B.weight`, tensor(b)],
    ]),
  );
const start = adapterOf(fixture.start);
const RANK = rankOf(start);

/** Both ends of a round: every client sends bytes of its own rank, the coordinator knows which that is. */
function contributionsOf(method: Method, state: ServerState, ranks: Ranks) {
  const { upload } = method.plan(budgets, { round: 1, isNewcomer: false });
  if (!upload) throw new Error("Nothing is sent");
  const handedOut = () => method.download(state, "");
  const sent = fixture.clients.map(({ rank, rows, learned }, k): SentContribution => {
    const form = { layout: layoutOfRank(layoutOf(start), rank), upload, coding: { format: "f32", topK: null } as const };
    const origin = firstRanks(handedOut(), rank);
    const now = adapterOf(learned);
    const wanted = upload.form === "value" ? now : linearCombination([1, -1], [origin, now]);
    const { blob } = encodeUpload(form, wanted, { origin, residual: null }, () => 0.5);
    return {
      clientId: `client ${k}`,
      sampleCount: rows,
      tensors: sentFrom(form, decodeUpload(form, blob), origin),
      ...(rank === RANK ? {} : { rank }),
    };
  });
  return atFullRank(sent, upload, ranks, handedOut);
}

function nextOf(id: string, ranks: Ranks): NamedTensors {
  const method = methodOf(presetOf(id), ranks);
  const before = method.init(start);
  const plan = method.plan(budgets, { round: 1, isNewcomer: false });
  const contributions = contributionsOf(method, before, ranks);
  const robustness = ROBUSTNESS.none;
  return aggregateRound({ method, robustness, round: 1, plan, rank: RANK, before, contributions }).after.shared;
}

function expectClose(found: NamedTensors, expected: NamedTensors): void {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [key, { shape, data }] of expected) {
    expect(found.get(key)?.shape).toEqual(shape);
    for (const [i, value] of data.entries()) expect(found.get(key)?.data[i]).toBeCloseTo(value, 5);
  }
}

function expectProducts(found: NamedTensors, expected: Readonly<Record<string, number[][]>>): void {
  for (const [name, rows] of Object.entries(expected)) {
    const product = productOf(new Map([...found].filter(([key]) => key.startsWith(`${name}.`))));
    for (const [i, row] of rows.entries()) for (const [j, value] of row.entries()) expect(product[i]?.[j]).toBeCloseTo(value, 5);
  }
}

describe("three clients of ranks 1, 2 and 4", () => {
  it.each(["fedavg", "fedprox", "fedavg-finish"])("%s moves the ranks that each has, by rows", (id) => {
    expectClose(nextOf(id, "padded"), adapterOf(fixture.padded));
  });

  it("weighs by rows and the sizes of their products", () => {
    expectClose(nextOf("fedavg", "weighted"), adapterOf(fixture.weighted));
    for (const [k, { learned }] of fixture.clients.entries())
      expect(updateNorm(adapterOf(learned))).toBeCloseTo(fixture.norms[k] ?? 0, 5);
  });

  it.each(["flexlora", "fedavg"])("%s makes the best adapters of the mean of products, for everybody's rank", (id) => {
    const next = nextOf(id, "svd");
    expectProducts(next, fixture.svd);
    for (const [k, { rank }] of fixture.clients.entries()) expectProducts(firstRanks(next, rank), fixture.svdOfClients[k] ?? {});
  });

  it("FDLoRA, whose clients count alike, differs from them by its weights alone", () => {
    const count = fixture.clients.length;
    const first = nextOf("fdlora", "padded").get("l0.lora_A.weight")?.data[0] ?? Number.NaN;
    const whole = fixture.start.l0?.a[0]?.[0] ?? 0;
    const moved = fixture.clients.reduce((sum, { learned }) => sum + ((learned.l0?.a[0]?.[0] ?? 0) - whole) / count, 0);
    expect(first).toBeCloseTo(whole + moved, 6);
  });

  it("leaves who has all ranks as it was, bit for bit", () => {
    const method = methodOf(presetOf("fedavg"));
    const [, , third] = contributionsOf(method, method.init(start), "padded");
    const learned = adapterOf(fixture.clients[2]?.learned ?? {});
    expect(third?.tensors).toEqual(linearCombination([1, -1], [start, learned]));
  });
});

it("no size counts for more than five medians, and where nobody has learned anything all count alike", () => {
  const method = methodOf(presetOf("fedavg"));
  const { upload } = method.plan(budgets, { round: 1, isNewcomer: false });
  if (!upload) throw new Error("Nothing is sent");
  const zero = new Map([...start].map(([key, { shape, data }]) => [key, { shape, data: new Float32Array(data.length) }]));
  const weightsFrom = (sizes: readonly number[]) => {
    const sent = sizes.map((size, k) => ({
      clientId: `${k}`,
      sampleCount: 1,
      tensors: new Map([...zero].map(([key, t]) => [key, { shape: t.shape, data: t.data.map(() => -Math.sqrt(size)) }])),
    }));
    return atFullRank(sent, upload, "weighted", () => zero).map(({ weight }) => weight ?? Number.NaN);
  };
  expect(weightsFrom([0, 0, 0])).toEqual([1, 1, 1]);
  const [one = 0, two = 0, ten = 0, hundred = 0] = weightsFrom([1, 2, 2, 100]);
  expect(two / one).toBeCloseTo(2, 5);
  expect(ten / one).toBeCloseTo(2, 5);
  expect(hundred / two).toBeCloseTo(5, 5);
});

describe.each(["fedavg", "fdlora", "fedrep", "fedkd"])("%s by products", (id) => {
  describeMethod(methodOf(presetOf(id), "svd"));
});
