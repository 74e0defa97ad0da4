import { describe, expect, it, test } from "vitest";
import { encodeAdapter } from "../adapters/adapterCodec.ts";
import { type AdapterLayout, adapterLayout, initialAdapter, layoutBytes } from "../adapters/adapterLayout.ts";
import type { SumSize } from "../contract/secureSum.ts";
import type { RoundMetrics } from "../protocol/metrics.ts";
import { roundNumbers } from "../schedule/roundNumbers.ts";
import { decodeSum, encodeVector } from "../secureAggregation/fixedPoint.ts";
import { addVector } from "../secureAggregation/keystream.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import { lengthOf, vectorLayout } from "../secureAggregation/vectorLayout.ts";
import { uploadLayout } from "../strategies/exchange.ts";
import { type Method, methodOf, strategies } from "../strategies/registry.ts";
import type { Weighting } from "../strategies/strategy.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import { presetOf } from "./federationDefaults.ts";
import { type SharedRound, summedRound, sumSizeOf, updateValues, updateVectorBytes, updateVectorLayout } from "./updateVector.ts";

const CLIENTS = 20;
const WIDE = { clip: 2, modulusBits: 32 } as const;
const layout = adapterLayout(
  [3, 4, 2, 5].map((width, i) => ({ name: `l${i}`, inFeatures: width, outFeatures: 7 - width })),
  { rank: 2, alpha: 4, dropout: 0, targetModules: ["l0", "l1", "l2", "l3"] },
);
const budgets = { local: { unit: "steps", amount: 4 }, inner: { unit: "steps", amount: 4 }, rounds: 3 } as const;

const training = { batchSize: 8, maxTokens: 32, learningRate: 0.003, warmupSteps: 0, weightDecay: 0, clipNorm: 1 };
const defaults: Parameters<typeof sumSizeOf>[0] = {
  adapter: { rank: 8, alpha: 16, dropout: 0, targetModules: ["q"] },
  strategy: presetOf("fdlora"),
  budgets,
  training,
  upload: { format: "int8", topK: null },
  maxClients: CLIENTS,
};

/** Values of an update, as large as those of a training. */
function updateOf(wire: AdapterLayout, ...labels: (string | number)[]): NamedTensors {
  const draw = random(5, ...labels);
  return new Map(
    wire.map(({ key, shape }) => [
      key,
      { shape, data: Float32Array.from({ length: shape[0] * shape[1] }, () => 0.2 * (draw() - 0.5)) },
    ]),
  );
}

function metricsOf(trainLoss: number | null, shared: number | null): RoundMetrics {
  const none = { base: null, personal: null, shared: null, fused: null };
  const slot = { ...none, shared };
  return { trainLoss, accuracy: slot, macroF1: none, testLoss: slot, fusion: null, trainTokens: 1, trainSeconds: 1 };
}

function sumOf(all: readonly SharedRound[], wire: AdapterLayout, weighting: Weighting, change: Partial<SumSize> = {}) {
  const size = { maxClients: CLIENTS, range: WIDE, privacy: null, ...change };
  const vector = updateVectorLayout(size, layoutBytes(wire) / 4);
  const sum = new Uint32Array(lengthOf(vector));
  for (const one of all) addVector(sum, encodeVector(vector, updateValues(one, weighting, size), systemRandomBytes).vector);
  return summedRound(decodeSum(vector, sum, all.length), wire, weighting, null);
}

const flat = (tensors: NamedTensors): number[] => [...tensors.values()].flatMap(({ data }) => [...data]);
const furthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

const rows = [8, 300, 5000];

const methods = strategies.flatMap(({ id, presets }) =>
  Object.entries<unknown>(presets).map(([preset, config]) => [`${id}, ${preset}`, methodOf({ id, config })] as const),
);
const uploadIn = (method: Method, round: number) => method.plan(budgets, { round, isNewcomer: false }).upload;
const sharing = methods.filter(([, method]) => uploadIn(method, 1) !== null);

/** They compare clients, leave one out, or multiply factors: no sum says enough. They are named, so that none comes to be refused unseen. */
const REFUSED = ["fedalt", "fedamp", "fedex-lora", "flexlora", "flora"];
const isSummed = ([name]: (typeof sharing)[number]) => !REFUSED.some((id) => name.startsWith(`${id}, `));

test("these methods and no others say that a secure sum is not enough, and why", () => {
  const refused = sharing.flatMap(([name, method]) => {
    const refusal = method.aggregationRefusal("secure");
    if (refusal) expect(refusal.startsWith(method.label) && refusal.endsWith("let updates be sent as they are.")).toBe(true);
    return refusal ? [name.split(", ")[0]] : [];
  });
  expect([...new Set(refused)].sort()).toEqual(REFUSED);
});

describe.each(sharing.filter(isSummed))("%s", (name, method) => {
  it("comes to the same with a secure sum as with single updates", () => {
    expect(method.aggregationRefusal("secure")).toBeNull();
    let [plain, secure] = [method.init(initialAdapter(layout, 3)), method.init(initialAdapter(layout, 3))];
    // From the first mean of personal adapters on, where there is one, to the last.
    for (const round of roundNumbers(method.firstRound, budgets.rounds)) {
      const upload = uploadIn(method, round);
      if (!upload) continue;
      const wire = uploadLayout(layout, upload);
      const sent = rows.map((train, k) => {
        // More than 4,096 rows count as these.
        const sampleCount = Math.min(4096, train);
        return { clientId: `c${k}`, sampleCount, tensors: updateOf(wire, name, round, k) };
      });
      const shared = sent.map(({ tensors }, k) => ({
        upload: encodeAdapter(tensors, wire),
        metrics: metricsOf(null, null),
        samples: { train: rows[k] as number, fusion: 1, test: 1 },
      }));
      const { update, weight } = sumOf(shared, wire, method.weighting);
      expect(weight).toBe(method.weighting === "uniform" ? 3 : 8 + 300 + 4096);
      plain = method.aggregate(plain, sent, round);
      secure = method.aggregate(secure, [{ clientId: "sum", sampleCount: weight, tensors: update }], round);
      expect(furthest(flat(method.download(secure, "c0")), flat(method.download(plain, "c0")))).toBeLessThan(1e-5);
    }
  });
});

test("means are over the rows of who measured, and of nobody where nobody did", () => {
  const samples = (train: number, test: number) => ({ train, fusion: 1, test });
  const upload = encodeAdapter(updateOf(layout, "u"), layout);
  const { means } = sumOf(
    [
      { upload, metrics: metricsOf(2, 0.5), samples: samples(30, 10) },
      { upload, metrics: metricsOf(1, 0.8), samples: samples(10, 30) },
      { upload, metrics: metricsOf(null, null), samples: samples(500, 7) },
    ],
    layout,
    "samples",
  );
  expect(means).toMatchObject({ trainRows: 40, testRows: 47, accuracy: { base: null, shared: (5 + 24) / 40 } });
  expect(means.trainLoss).toBeCloseTo((30 * 2 + 10) / 40, 3);
  expect(means.testLoss.shared).toBeCloseTo((10 * 0.5 + 30 * 0.8) / 40, 3);
  expect(means.testLoss.fused).toBeNull();
});

test("before the aggregation, means are over the rows of who measured it then, in rounds whose plan asks for it alone", () => {
  const upload = encodeAdapter(updateOf(layout, "u"), layout);
  const shared = (test: number, beforeAggregation?: RoundMetrics["beforeAggregation"]) => ({
    upload,
    metrics: { ...metricsOf(1, 0.25), ...(beforeAggregation ? { beforeAggregation } : {}) },
    samples: { train: 30, fusion: 1, test },
  });
  const all = [shared(10, { accuracy: 0.5, testLoss: 0.75 }), shared(30, { accuracy: 0.8, testLoss: 0.25 }), shared(7)];
  const { means } = sumOf(all, layout, "samples", { besides: ["beforeAggregation"] });
  expect(means.beforeAggregation?.accuracy).toBe((5 + 24) / 40);
  expect(means.beforeAggregation?.testLoss).toBeCloseTo((10 * 0.75 + 30 * 0.25) / 40, 3);
  expect(means.accuracy.shared).toBe((3 + 8 + 2) / 47);
  expect(means.testLoss.shared).toBeCloseTo(0.25, 3);
  expect(sumOf(all, layout, "samples").means).not.toHaveProperty("beforeAggregation");

  const asked = { ...defaults, beforeAggregation: true } as const;
  const rounds = roundNumbers(0, budgets.rounds).map((round) => sumSizeOf(asked, round, null).besides?.length ?? 0);
  expect(rounds).toEqual([0, 1, 1, 1, 0]);
  expect(sumSizeOf(defaults, 1, null)).not.toHaveProperty("besides");
});

test("what learning alone made is in the sums of every round, of the rows that every round measures, behind what was measured before", () => {
  const upload = encodeAdapter(updateOf(layout, "u"), layout);
  const shared = (test: number, accuracy: number | null): SharedRound => ({
    upload,
    metrics: {
      ...metricsOf(1, 0.25),
      testRows: 100,
      alone: { accuracy: 0.01, testLoss: 9 },
      sample: {
        testRows: test,
        accuracy: metricsOf(1, 0.5).accuracy,
        testLoss: metricsOf(1, 0.5).testLoss,
        alone: { accuracy, testLoss: 0.5 },
      },
      beforeAggregation: { accuracy: 1, testLoss: 2 },
    },
    samples: { train: 30, fusion: 1, test: 100 },
  });
  const all = [shared(10, 0.5), shared(30, 0.9), shared(20, null)];
  const { means } = sumOf(all, layout, "samples", { besides: ["beforeAggregation", "alone"] });
  expect(means.alone?.accuracy).toBe((5 + 27) / 40);
  expect(means.alone?.testLoss).toBeCloseTo(0.5, 3);
  expect(means.beforeAggregation).toMatchObject({ accuracy: 1 });
  const asked = { ...defaults, alone: true } as const;
  expect(roundNumbers(0, budgets.rounds).map((round) => sumSizeOf(asked, round, null).besides)).toEqual(Array(5).fill(["alone"]));
});

test("a sum has the figures of the rows that every round measures", () => {
  const upload = encodeAdapter(updateOf(layout, "u"), layout);
  const none = { base: null, personal: null, shared: null, fused: null };
  const sample = { testRows: 50, accuracy: { ...none, shared: 0.9 }, testLoss: { ...none, shared: 0.3 } };
  const samples = { train: 30, fusion: 1, test: 100 };
  const { means } = sumOf([{ upload, metrics: { ...metricsOf(2, 0.5), testRows: 100, sample }, samples }], layout, "samples");
  expect(means).toMatchObject({ testRows: 50, accuracy: { shared: 0.9 } });
  expect(means.testLoss.shared).toBeCloseTo(0.3, 3);
});

test("no sum can overflow, for any number of clients that a federation may have, and the vector's size is known before", () => {
  for (const clients of [3, 32, 33, 64, 100, 1000]) {
    const size = sumSizeOf({ ...defaults, maxClients: clients }, 1, null);
    const vector = updateVectorLayout(size, 100);
    expect(vectorLayout.safeParse(vector).success).toBe(true);
    expect(size.range.modulusBits).toBe(clients <= 32 ? 16 : 32);
    expect(updateVectorBytes(size, 400)).toBe(4 * lengthOf(vector) - (clients <= 32 ? 200 : 0));
  }
});

test("without an update the figures alone are summed", () => {
  const sum = (update: Uint8Array, trainLoss: number | null, shared: number | null, test: number): SharedRound => {
    return { upload: update, metrics: metricsOf(trainLoss, shared), samples: { train: 100, fusion: 5, test } };
  };
  const none = new Uint8Array();
  const { means, update } = sumOf([sum(none, null, 0.5, 10), sum(none, null, 1, 30), sum(none, null, null, 20)], [], "samples");
  expect(update.size).toBe(0);
  expect(means).toMatchObject({ trainLoss: null, testRows: 60, accuracy: { shared: 35 / 40, fused: null } });
  expect(updateVectorBytes({ maxClients: CLIENTS, range: WIDE, privacy: null }, 0)).toBe(4 * (1 + 10 + 4 + 5));
});

test("a sum of no weight is none", () => {
  const shared = { upload: encodeAdapter(updateOf(layout, "u"), layout), metrics: metricsOf(1, 1) };
  expect(() => sumOf([{ ...shared, samples: { train: 0, fusion: 0, test: 0 } }], layout, "samples")).toThrow(/total weight is 0/);
});

describe("16 bits of a masked value", () => {
  const range = (changes: Partial<Parameters<typeof sumSizeOf>[0]>, round = 1) =>
    sumSizeOf({ ...defaults, ...changes }, round, null).range;

  test("are sent of what is a difference after a known number of steps, within twice what they can reach", () => {
    // Four steps of 0.003.
    expect(range({})).toEqual({ clip: 2 * 4 * 0.003, modulusBits: 16 });
    expect(range({ training: { ...training, learningRate: 1 } }).clip).toBe(2);
  });

  test("are not enough for label prototypes that travel, which begin as class means", () => {
    const prototypes = { labels: 3, width: 4, rate: 0.1 };
    const withPrototypes = (travel: "shared" | "personal") => ({
      adapter: { ...defaults.adapter, prototypes: { ...prototypes, travel } },
    });
    expect(range(withPrototypes("shared"))).toEqual(WIDE);
    expect(range(withPrototypes("personal")).modulusBits).toBe(16);
  });

  test.each([
    ["values as they are", { upload: { format: "f32", topK: null } }],
    ["more clients than 16 bits leave 11 to each", { maxClients: 33 }],
    ["passes over rows, whose number nobody knows", { budgets: { ...budgets, inner: { unit: "epochs", amount: 1 } } }],
    ["a control variate, which is no difference", { strategy: presetOf("scaffold") }],
  ] as const)("are too few for %s", (_, changes) => {
    expect(range(changes)).toEqual(WIDE);
  });

  test("are too few for a mean of personal adapters, and enough for the rounds after it", () => {
    const strategy = presetOf("fdlora", "sends-personal");
    expect([0, 1].map((round) => range({ strategy }, round).modulusBits)).toEqual([32, 16]);
  });

  test.each(["uniform", "samples"] as const)("come to the mean but for a part in ten, weighted by %s", (weighting) => {
    const wide = adapterLayout([{ name: "l0", inFeatures: 500, outFeatures: 500 }], {
      rank: 8,
      alpha: 4,
      dropout: 0,
      targetModules: ["l0"],
    });
    const of = (k: number) =>
      new Map([...updateOf(wide, "u", k)].map(([key, t]) => [key, { ...t, data: t.data.map((x) => 0.06 * x) }]));
    const shared = [100, 120, 140].map((train, k) => ({
      upload: encodeAdapter(of(k), wide),
      metrics: metricsOf(null, null),
      samples: { train, fusion: 1, test: 1 },
    }));
    const [exact, cut] = [WIDE, range({})].map((one) => flat(sumOf(shared, wide, weighting, { range: one }).update)) as [
      number[],
      number[],
    ];
    const size = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    expect(size(exact.map((value, i) => value - (cut[i] ?? 0))) / size(exact)).toBeLessThan(
      weighting === "uniform" ? 0.005 : 0.1,
    );
  });
});
