/**
 * What the TypeScript client makes of a client's rows, for the tests of clients/python, as JSON on standard output: draws, splits,
 * coded values, and a whole federation of one client from local learning to fusion.
 */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter, travelling } from "@duet/lora-core/adapters/adapterLayout";
import { codecFor } from "@duet/lora-core/compression/codecFor";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { defaultTraining, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { federationSums } from "@duet/lora-core/federation/federationSums";
import { statisticsLayout, statisticsValues } from "@duet/lora-core/federation/statisticsVector";
import { sumSizeOf, updateValues } from "@duet/lora-core/federation/updateVector";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import { isBetter } from "@duet/lora-core/statistics/isBetter";
import { statisticsOf } from "@duet/lora-core/statistics/rowStatistics";
import { type FederationPlans, federationPlans } from "@duet/lora-core/strategies/federationPlans";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { Budgets, Weighting } from "@duet/lora-core/strategies/strategy";
import { decodeUpload } from "@duet/lora-core/strategies/uploadCodec";
import { planForShare } from "@duet/lora-core/strategies/workShare";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { useBackend } from "@duet/lora-engine/backends/testBackend";
import { loadModel } from "@duet/lora-engine/models/loadModel";
import { readModelFolder } from "@duet/lora-engine/models/testing/modelFolder";
import type { Client } from "@duet/lora-engine/training/client";
import { clientSeedOf } from "@duet/lora-engine/training/clientSeed";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { RoundReport } from "@duet/lora-engine/training/roundReport";
import { createRunControl } from "@duet/lora-engine/training/runControl";
import { runRound } from "@duet/lora-engine/training/runRound";

const SEED = 7;
const base64 = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString("base64");

const scenario = logsScenario({ clients: 1, seed: 1, rowsPerClient: 90 });
const rows = scenario.clients[0]?.rows ?? [];
const split = splitRows(rows, { seed: SEED });
const setup = {
  task: scenario.task,
  adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["qkv"] },
  training: defaultTraining("encoder"),
  model: { config: { model_type: "use-lite" } },
  upload: AS_THEY_ARE,
  aggregation: "plain",
  seed: SEED,
  clientSeed: clientSeedOf(split),
};

type Setup = typeof setup;
type BaseName = Parameters<typeof readModelFolder>[0];

/** With this preset every kind of step occurs: learning alone, values and differences, copies, a fusion. */
const strategy = presetOf("fdlora", "sends-personal");
const budgets = {
  local: { unit: "steps", amount: 6 },
  inner: { unit: "epochs", amount: 1 },
  rounds: 3,
} as const;

async function federation(base: BaseName, setup: Setup, { budgets }: { readonly budgets: Budgets }) {
  const model = loadModel(readModelFolder(base));
  let client: Client = prepareClient(await model.prepare(setup.task), model.linears, setup, split);
  const { layout } = client;
  const method = methodOf(strategy);
  const plans = federationPlans(strategy, { budgets, training: setup.training, beforeAggregation: true, alone: true });
  const sent = travelling(layout);
  let state = method.init(initialAdapter(sent, SEED));
  const rounds = [];
  for (const { round, plan } of plans.rounds) {
    const received = plan.receive ? encodeAdapter(state.shared, sent) : null;
    const report = new RoundReport(round, () => {});
    const outcome = await runRound(client, { round, plan, received }, report, createRunControl());
    client = { ...client, held: outcome.held, served: outcome.served, lastRound: round };
    const { upload, served } = outcome;
    const form = plan.upload && { layout, upload: plan.upload, coding: AS_THEY_ARE };
    if (upload && form) {
      const contribution = { clientId: "a", sampleCount: split.train.length, tensors: decodeUpload(form, upload) };
      state = method.aggregate(state, [contribution], round);
    }
    const adapters = { upload: base64(upload), personal: base64(encodeAdapter(client.held.personal, layout)) };
    const fused = served && base64(encodeAdapter(served, layout));
    rounds.push({ round, received: base64(received), ...adapters, served: fused, metrics: report.metrics() });
  }
  return { plans, initial: base64(encodeAdapter(initialAdapter(layout, SEED), layout)), rounds };
}

/** What a client puts into a secure sum, by what it counts as. */
function sums(plans: FederationPlans) {
  const sharing = {
    adapter: setup.adapter,
    strategy,
    budgets,
    training: setup.training,
    upload: { format: "int8", topK: null },
    maxClients: 20,
    beforeAggregation: true,
    alone: true,
    task: scenario.task,
    statistics: "goOn",
  } as const;
  const perAdapter = { base: null, personal: 0.25, shared: 0.7421875, fused: null };
  const onAll = { base: 0.5, personal: 0.5, shared: 0.5, fused: 0.5 };
  const figures = { trainLoss: 0.5, accuracy: onAll, macroF1: onAll, testLoss: onAll };
  const shared = {
    upload: new Uint8Array(Float32Array.of(0.5, -1 / 3, 1e-7, 0).buffer),
    metrics: {
      ...figures,
      beforeAggregation: { accuracy: 0.8125, testLoss: 0.375 },
      alone: { accuracy: 0.125, testLoss: 2 },
      testRows: 31,
      sample: { testRows: 24, accuracy: perAdapter, testLoss: perAdapter, alone: { accuracy: 0.4375, testLoss: 0.625 } },
      fusion: null,
      trainTokens: 3,
      trainSeconds: 1,
    },
    samples: { train: 5000, fusion: 3, test: 31 },
  };
  const valuesBy = (weighting: Weighting) =>
    Object.fromEntries(
      [...updateValues(shared, weighting, sumSizeOf(sharing, 1, null))].map(([name, list]) => [name, Array.from(list)]),
    );
  return {
    ...federationSums({ ...sharing, aggregation: "secure" }, plans),
    shared: { ...shared, upload: base64(shared.upload) },
    values: { uniform: valuesBy("uniform"), samples: valuesBy("samples") },
  };
}

/** What rows are like, as sums of few and of many clients have it. */
function counts() {
  const draw = random(78, "rows");
  const rows = Array.from({ length: 300 }, () => ({ label: Math.floor(5 * draw()), tokens: 1 + Math.floor(1500 * draw() ** 3) }));
  const own = statisticsOf(rows, 6);
  const times = (factor: number, counted: readonly number[]) => counted.map((count) => factor * count);
  const many = {
    ...own,
    rows: 1e7 * own.rows,
    labels: times(1e7, own.labels),
    lengths: times(1e7, own.lengths),
    labelNats: 1e7 * own.labelNats,
  };
  const cases = [20, 5000, 100_000].map((maxClients) => {
    const layout = statisticsLayout({ labels: 6, maxClients });
    const [few, capped] = [own, many].map((counted) => Object.fromEntries(statisticsValues(counted, layout)));
    return { layout, few, capped };
  });
  return { rows, own, many, cases };
}

/** A federated round's plan for clients that do less of it. */
function sharedOut() {
  const inSteps = { ...budgets, inner: { unit: "steps", amount: 18 } } as const;
  const settled = { budgets: inSteps, training: { decay: "cosine" } } as const;
  const plan = roundPlanOf(methodOf(presetOf("fdlora", "paper")), settled, { round: 1, isNewcomer: true });
  const { warmupSteps } = setup.training;
  const plans = [1, 0.75, 0.25, 1 / 64].map((share) => ({ share, plan: planForShare(plan, share, { warmupSteps }) }));
  return { plan, warmupSteps, plans };
}

/** The same with a causal language model, which learns alone and in one round, at a rate that falls. */
const causal = {
  ...setup,
  adapter: { ...setup.adapter, targetModules: ["q_proj", "v_proj", "down_proj"] },
  training: { ...defaultTraining("causal-lm"), batchSize: 4, decay: "cosine" as const },
  model: { config: { model_type: "llama" } },
};
/** The same with labels as vectors, whose rate is another one than the factors' so that both show. */
/** Of few rows every pair of counts, of many some. */
function better() {
  const upTo = (most: number, step = 1) => Array.from({ length: most / step + 1 }, (_, k) => step * k);
  const pairs = (rows: number, step?: number) =>
    upTo(rows, step).flatMap((one) => upTo(rows, step).map((other) => [one, other, rows]));
  return [...pairs(12), ...pairs(2000, 50)].map(([right = 0, other = 0, rowCount = 0]) => ({
    counts: [right, other, rowCount],
    verdict: isBetter(right, other, rowCount),
  }));
}

const labelled = (travel: "shared" | "personal") => ({
  ...setup,
  training: { ...setup.training, learningRate: 1e-3 },
  adapter: { ...setup.adapter, prototypes: { labels: SAMPLES.logs.labels.length, width: 512, rate: 0.5, travel } },
});
/** In fewer rounds: rounding grows in any training, and AdamW divides by what is next to nothing once labels fit. */
async function labelledFederation(travel: "shared" | "personal") {
  const config = labelled(travel);
  return { config, ...(await federation("use-lite", config, { budgets: { ...budgets, rounds: 2 } })) };
}
const oneRound = { local: { unit: "steps", amount: 3 }, inner: { unit: "steps", amount: 3 }, rounds: 1 } as const;

const values = Float32Array.from(Array.from({ length: 200 }, random(3, "values")), (x, i) =>
  i < 64 ? 0 : (x - 0.5) * 10 ** (i % 4),
);
const coded = (format: "int8" | "int4") => base64(codecFor({ format, topK: null })?.encode(values, () => 0.25) ?? null);
const places = (part: typeof split.train) => part.map((row) => rows.indexOf(row));

await useBackend("wasm");
console.log(
  JSON.stringify({
    draws: Array.from({ length: 8 }, random(5, "a", 2, "é𓀀")),
    shuffled: shuffled(
      Array.from({ length: 20 }, (_, i) => i),
      random(1, "order"),
    ),
    rows,
    split: { train: places(split.train), fusion: places(split.fusion), test: places(split.test) },
    clientSeed: setup.clientSeed,
    values: base64(new Uint8Array(values.buffer)),
    int8: coded("int8"),
    int4: coded("int4"),
    config: setup,
    sums: sums(federationPlans(strategy, { budgets, training: setup.training })),
    counts: counts(),
    shares: sharedOut(),
    better: better(),
    ...(await federation("use-lite", setup, { budgets })),
    labelled: { shared: await labelledFederation("shared"), personal: await labelledFederation("personal") },
    causal: { config: causal, ...(await federation("duet-tiny", causal, { budgets: oneRound })) },
  }),
);
