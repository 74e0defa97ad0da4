/** `npm run experiment:mixing`: what a client would serve by each rule of choosing between its two adapters, on the same trained pair. */
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { Row } from "@duet/lora-core/data/row";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import type { Client } from "@duet/lora-engine/training/runRound";
import { experimentData } from "./experimentData.ts";
import { openModel } from "./openModel.ts";
import { parseOptions } from "./options.ts";
import { accuracyAt, alphaOf, personalUnlessBeaten, shrunk, type TwoAnswers } from "./outputMixing.ts";
import { createSimulation } from "./simulate.ts";
import { mean } from "./statistics/interval.ts";
import { wantedRuns } from "./wantedRuns.ts";

const USAGE = `npm run experiment:mixing -- [options of npm run experiment]

  Runs every federation that the options ask for, and scores each rule of serving on the test rows: the personal adapter, the shared one,
  what the method serves, and answers of both mixed, with alpha from the fusion rows.`;

/** Rows of a pass. */
const BATCH = 16;

if (process.argv.includes("--help")) console.log(USAGE);
else await compare(process.argv.slice(2));

async function compare(args: readonly string[]): Promise<void> {
  allowRelaxedSimd();
  const options = parseOptions(args);
  if (options === "help") return;
  for (const settings of wantedRuns(options)) {
    const { model, ...base } = await openModel(settings.model, settings.precision);
    const data = experimentData(options.data ?? "../shared/data", settings);
    const simulation = await createSimulation({ settings, data, model, ...base, onProgress: () => {} });
    await simulation.run();
    const fusion: TwoAnswers[] = [];
    const test: TwoAnswers[] = [];
    const served: number[] = [];
    for (const { client, data: own } of simulation.clients) {
      fusion.push(await answersOf(client, own.split.fusion));
      test.push(await answersOf(client, own.split.test));
      served.push(await servedAccuracy(client, own.split.test));
    }
    const priors = { "1,1": [1, 1], "4,1": [4, 1], "8,2": [8, 2] } as const;
    const rules: Record<string, readonly number[]> = {
      "personal alone": fusion.map(() => 1),
      "shared alone": fusion.map(() => 0),
      "personal unless beaten": fusion.map(personalUnlessBeaten),
      "answers, half of each": fusion.map(() => 0.5),
      "answers, three quarters personal": fusion.map(() => 0.75),
    };
    for (const [name, [personal, shared]] of Object.entries(priors)) {
      const found = fusion.map((rows) => alphaOf(rows, { personal, shared }));
      rules[`answers, posterior of Beta(${name})`] = found.map((alpha) => alpha.mean);
      rules[`answers, Beta(${name}), over clients`] = shrunk(found);
    }
    console.log(`${settings.scenario} ${settings.method}, seed ${settings.seed}`);
    console.log(`  ${"what the method serves".padEnd(40)} ${mean(served).toFixed(4)}`);
    for (const [name, alphas] of Object.entries(rules)) {
      const accuracies = test.map((rows, i) => accuracyAt(rows, alphas[i] ?? 0));
      console.log(
        `  ${name.padEnd(40)} ${mean(accuracies).toFixed(4)}  alpha ${alphas.map((alpha) => alpha.toFixed(2)).join(" ")}`,
      );
    }
    simulation.dispose();
    model.dispose();
  }
}

async function answersOf(client: Client, rows: readonly Row[]): Promise<TwoAnswers> {
  return {
    personal: await probabilities(client, client.held.personal, rows),
    shared: await probabilities(client, client.held.shared, rows),
    truth: truthOf(client, rows),
  };
}

async function servedAccuracy(client: Client, rows: readonly Row[]): Promise<number> {
  if (!client.served) throw new Error("A client ended without serving an adapter");
  const answers = await probabilities(client, client.served, rows);
  return accuracyAt({ personal: answers, shared: answers, truth: truthOf(client, rows) }, 1);
}

function truthOf({ model, setup }: Client, rows: readonly Row[]): readonly number[] {
  return rows.map((row) => model.encode(row, setup.training.maxTokens).label);
}

async function probabilities(
  { model, setup }: Client,
  of: NamedTensors,
  rows: readonly Row[],
): Promise<readonly (readonly number[])[]> {
  const { predict } = model;
  if (!predict) throw new RangeError("Answers are mixed in tasks with labels");
  const adapter = uploadAdapter(of, { scale: adapterScale(setup.adapter), trainable: false });
  try {
    const found: (readonly number[])[] = [];
    for (let start = 0; start < rows.length; start += BATCH) {
      const inputs = rows.slice(start, start + BATCH).map(({ input }) => model.encodeInput(input, setup.training.maxTokens));
      found.push(...(await predict(inputs, adapter)).map((answer) => answer.probabilities));
    }
    return found;
  } finally {
    adapter.dispose();
  }
}
