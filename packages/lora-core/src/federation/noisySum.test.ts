import { describe, expect, it, test } from "vitest";
import { encodeAdapter } from "../adapters/adapterCodec.ts";
import { adapterLayout, layoutBytes } from "../adapters/adapterLayout.ts";
import type { SumPrivacy } from "../contract/secureSum.ts";
import { JOINT_NORM } from "../differentialPrivacy/adaptiveClip.ts";
import { cryptoRandom } from "../differentialPrivacy/cryptoRandom.ts";
import { curveOf, epsilonOf } from "../differentialPrivacy/privacyLoss.ts";
import { say } from "../sayings/saying.ts";
import { leastMembers } from "../secureAggregation/attempt.ts";
import { decodeSum, encodeVector } from "../secureAggregation/fixedPoint.ts";
import { addVector } from "../secureAggregation/keystream.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import { lengthOf, vectorLayout } from "../secureAggregation/vectorLayout.ts";
import { methodOf } from "../strategies/registry.ts";
import { l2Norm } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import { clientPrivacyRefusal } from "./choiceRefusals.ts";
import { CHOICE_SENTENCES } from "./choiceSentences.ts";
import { presetOf } from "./federationDefaults.ts";
import { noiseOverUpdate, noisyRange, summedRounds, sumNoise, sumPrivacyOf } from "./noisySum.ts";
import { noisyUpdateValues, summedRound, updateVectorLayout } from "./updateVector.ts";

const CLIENTS = 5;
const layout = adapterLayout([{ name: "l0", inFeatures: 400, outFeatures: 100 }], {
  rank: 8,
  alpha: 16,
  dropout: 0,
  targetModules: ["l0"],
});
const VALUES = layoutBytes(layout) / 4;
const budgets = { local: { unit: "steps", amount: 4 }, inner: { unit: "steps", amount: 4 }, rounds: 10 } as const;

/** Of one norm, in a direction of its own. */
function updateOf(norm: number, ...labels: (string | number)[]): NamedTensors {
  const draw = random(7, ...labels);
  const drawn: NamedTensors = new Map(
    layout.map(({ key, shape }) => {
      const size = (shape[0] ?? 0) * (shape[1] ?? 0);
      return [key, { shape, data: Float32Array.from({ length: size }, () => draw() - 0.5) }];
    }),
  );
  const scale = norm / l2Norm(drawn);
  return new Map([...drawn].map(([key, { shape, data }]) => [key, { shape, data: data.map((value) => value * scale) }]));
}

const flat = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);

function sumOf(updates: readonly NamedTensors[], privacy: SumPrivacy) {
  const size = { maxClients: CLIENTS, range: noisyRange(privacy), privacy };
  const vector = updateVectorLayout(size, VALUES);
  expect(vectorLayout.safeParse(vector).success).toBe(true);
  const sum = new Uint32Array(lengthOf(vector));
  for (const update of updates) {
    const values = noisyUpdateValues({ upload: encodeAdapter(update, layout) }, size, updates.length, cryptoRandom());
    addVector(sum, encodeVector(vector, values, systemRandomBytes).vector);
  }
  return summedRound(decodeSum(vector, sum, updates.length), layout, "uniform", privacy);
}

describe("a noisy sum", () => {
  it("is the mean of clipped updates, each counted once, where there is next to no noise", () => {
    const norms = [0.2, 0.5, 0.9, 2, 40];
    const updates = norms.map((norm, k) => updateOf(norm, "u", k));
    const { update, weight, means } = sumOf(updates, { clip: 1, noiseMultiplier: 1e-4 });
    const mean = new Float64Array(VALUES);
    for (const [k, one] of updates.entries()) {
      flat(one).forEach((value, i) => {
        mean[i] = (mean[i] ?? 0) + (value * Math.min(1, 1 / (norms[k] ?? 1))) / CLIENTS;
      });
    }
    // Noise of 1e-4 in all of them.
    flat(update).forEach((value, i) => void expect(Math.abs(value - (mean[i] ?? 0))).toBeLessThan(1e-3));
    expect(weight).toBe(CLIENTS);
    // Three of five were below: a tenth above the half that the clip moves to.
    expect(means.clip).toBeCloseTo(Math.exp(-0.2 * 0.1), 3);
    expect(means).toMatchObject({ trainRows: 0, testRows: 0, trainLoss: null, accuracy: { shared: null } });
  });

  // A variance over n values has a standard error of sqrt(2 / n); six of them.
  it.each([
    [3, 0.5],
    [5, 2],
  ])("of %d clients has the noise that the fewest of them promise", (clients, clip) => {
    const noiseMultiplier = 1.7;
    const { update } = sumOf(
      Array.from({ length: clients }, () => updateOf(1e-9, "none")),
      { clip, noiseMultiplier },
    );
    const honest = leastMembers({ coordinator: "curious" }, clients);
    const expected = ((noiseMultiplier * clip * JOINT_NORM) / clients) * Math.sqrt(clients / honest);
    const variance = flat(update).reduce((sum, value) => sum + value ** 2, 0) / VALUES;
    expect(Math.abs(variance / expected ** 2 - 1)).toBeLessThan(6 * Math.sqrt(2 / VALUES) + 0.01);
    expect(noiseOverUpdate({ noiseMultiplier }, VALUES, clients)).toBeCloseTo((expected * Math.sqrt(VALUES)) / clip, 9);
  });
});

test("all rounds together keep to the budget, and the clip of each is the one that the last sum came to", () => {
  const clientPrivacy = { epsilon: 6, delta: 1e-3, clip: 0.3 };
  const config = { strategy: presetOf("fedavg"), budgets, clientPrivacy };
  const rounds = summedRounds(methodOf(config.strategy), budgets);
  expect(rounds).toBe(10);
  const privacy = sumPrivacyOf(config, null);
  expect(privacy).toEqual({ clip: 0.3, noiseMultiplier: sumNoise(clientPrivacy, rounds) });
  const spent = epsilonOf(
    curveOf([{ noiseMultiplier: privacy?.noiseMultiplier ?? 0, samplingRate: 1, steps: rounds }]),
    clientPrivacy.delta,
  );
  expect(spent).toBeLessThanOrEqual(6);
  expect(spent).toBeGreaterThan(5.9);
  expect(sumPrivacyOf(config, 0.77)?.clip).toBe(0.77);
  expect(sumPrivacyOf({ ...config, clientPrivacy: undefined }, 0.77)).toBeNull();
});

test.each([
  ["fedavg", {}, null],
  ["fedavg", { aggregation: "plain" }, /noise in a secure sum/],
  ["scaffold", {}, /SCAFFOLD sends more than what a client changed/],
  ["fedavg", { maxClients: 2000 }, /A delta of 0.001 is more than one part in 2000/],
  ["fedavg", { clientPrivacy: { epsilon: 1e-4, delta: 1e-10, clip: 1 } }, /No noise keeps 10 rounds within an epsilon of 0.0001/],
] as const)("%s with %o", (id, changes, reason) => {
  const settings = {
    aggregation: "secure",
    maxClients: 20,
    clientPrivacy: { epsilon: 6, delta: 1e-3, clip: 0.3 },
    ...changes,
  } as const;
  const refusal = clientPrivacyRefusal(methodOf(presetOf(id)), budgets, settings);
  if (reason === null) expect(refusal).toBeNull();
  else expect(refusal && say(CHOICE_SENTENCES, refusal)).toMatch(reason);
});

// The table of docs/privacy.md: four rounds, 104,448 values, a delta of a tenth of one part in the clients.
test.each([
  [1, ["110", "27", "6.2", "3.3"]],
  [3, ["45", "11", "2.4", "1.2"]],
  [8, ["21", "4.8", "1.0", "0.54"]],
] as const)("noise at epsilon %d is so many times as long as an update", (epsilon, expected) => {
  const ratios = [20, 100, 500, 1000].map((clients) => {
    const noiseMultiplier = sumNoise({ epsilon, delta: 1 / (10 * clients), clip: 1 }, 4) ?? Number.NaN;
    return String(Number(noiseOverUpdate({ noiseMultiplier }, 104_448, clients).toPrecision(2)));
  });
  expect(ratios.map(Number)).toEqual(expected.map(Number));
});
