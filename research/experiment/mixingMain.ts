/** `npm run experiment:mixing`: what a client would serve by each rule of choosing between its two adapters, on the same trained pair. */
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import type { Row } from "@duet/lora-core/data/row";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Client } from "@duet/lora-engine/training/client";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { experimentData } from "./experimentData.ts";
import { type AskedClient, ruleOutcomes } from "./mixingRules.ts";
import { openModel } from "./openModel.ts";
import { type ExperimentOptions, parseOptions } from "./options.ts";
import { type Answers, accuracyAt, type TwoAnswers } from "./outputMixing.ts";
import type { RunSettings } from "./runs.ts";
import { createSimulation } from "./simulate.ts";
import { interval, mean } from "./statistics/interval.ts";
import { inWords, withMargin } from "./tables.ts";
import { wantedRuns } from "./wantedRuns.ts";

const USAGE = `npm run experiment:mixing -- [options of npm run experiment]

  Runs every federation that the options ask for, and scores each rule of serving on the test rows: the personal adapter, the shared one,
  what the method serves, answers of both mixed with alpha from the fusion rows, and the one adapter nearest to that mix.`;

/** Rows of a pass. */
const BATCH = 16;
const SERVED = "what the method serves";
/** The rule whose mix is made one adapter. */
const EXPORTED = "answers, posterior of Beta(4, 1)";

/** Mean accuracy over the clients of one federation, by rule. */
type RuleMeans = ReadonlyMap<string, number>;

if (process.argv.includes("--help")) console.log(USAGE);
else {
  allowRelaxedSimd();
  const options = parseOptions(process.argv.slice(2));
  if (options !== "help") await compare(options);
}

async function compare(options: ExperimentOptions): Promise<void> {
  const runs: RuleMeans[] = [];
  for (const settings of wantedRuns(options)) {
    const found = await ruleMeans(settings, options.data ?? "../shared/data");
    runs.push(found);
    console.log(`${settings.scenario} ${settings.method}, seed ${settings.seed}: ${SERVED} ${found.get(SERVED)?.toFixed(4)}`);
  }
  console.log(`\n${rulesTable(runs)}`);
}

/** Markdown; a seed is one value. */
function rulesTable(runs: readonly RuleMeans[]): string {
  const rules = [...(runs[0]?.keys() ?? [])];
  const of = (rule: string) => runs.map((run) => run.get(rule) ?? 0);
  const lines = rules.map((rule) => {
    const differences = interval(of(rule).map((accuracy, i) => accuracy - (of(SERVED)[i] ?? 0)));
    return [rule, withMargin(of(rule)), rule === SERVED ? "" : inWords(differences, true)];
  });
  const head = ["rule", "accuracy", `against ${SERVED}`];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function ruleMeans(settings: RunSettings, folder: string): Promise<RuleMeans> {
  const { model, ...base } = await openModel(settings.model, settings.precision);
  const simulation = await createSimulation({
    settings,
    data: experimentData(folder, settings),
    model,
    ...base,
    onProgress: () => {},
  });
  try {
    await simulation.run();
    const asked: AskedClient[] = [];
    for (const { client, data: own } of simulation.clients) {
      asked.push({ fusion: await answersOf(client, own.split.fusion), test: await answersOf(client, own.split.test) });
    }
    const rules = ruleOutcomes(asked);
    const alphas = rules.get(EXPORTED)?.alphas ?? [];
    const accuracyOf = (of: (client: Client, alpha: number) => NamedTensors | null) =>
      meanAccuracy(
        simulation.clients.map(({ client, data }, i) => ({ client, rows: data.split.test, adapter: of(client, alphas[i] ?? 0) })),
      );
    return new Map([
      [SERVED, await accuracyOf(({ served }) => served)],
      ...[...rules].map(([rule, { accuracies }]) => [rule, mean(accuracies)] as const),
      ["its factors, one adapter", await accuracyOf((client, alpha) => nearest(client, "factor", alpha))],
      ["its updates, one adapter of twice the rank", await accuracyOf((client, alpha) => nearest(client, "product", alpha))],
    ]);
  } finally {
    simulation.dispose();
    model.dispose();
  }
}

/** The adapter whose factors or updates are mixed as the answers would be. */
function nearest({ held }: Client, kind: Mix["kind"], alpha: number): NamedTensors {
  const weights = { personal: alpha, shared: 1 - alpha };
  return mixed(held.personal, held.shared, kind === "product" ? { kind, weights } : { kind, weights: [weights] });
}

interface Answering {
  readonly client: Client;
  readonly rows: readonly Row[];
  /** @throws {Error} where a client ended without one. */
  readonly adapter: NamedTensors | null;
}

async function meanAccuracy(all: readonly Answering[]): Promise<number> {
  const accuracies: number[] = [];
  for (const { client, rows, adapter } of all) {
    if (!adapter) throw new Error("A client ended without serving an adapter");
    const answers = await probabilities(client, adapter, rows);
    accuracies.push(accuracyAt({ personal: answers, shared: answers, truth: truthOf(client, rows) }, 1));
  }
  return mean(accuracies);
}

async function answersOf(client: Client, rows: readonly Row[]): Promise<TwoAnswers> {
  return {
    personal: await probabilities(client, client.held.personal, rows),
    shared: await probabilities(client, client.held.shared, rows),
    truth: truthOf(client, rows),
  };
}

function truthOf({ model, setup }: Client, rows: readonly Row[]): readonly number[] {
  return rows.map((row) => model.encode(row, setup.training.maxTokens).label);
}

async function probabilities({ model, setup }: Client, of: NamedTensors, rows: readonly Row[]): Promise<Answers> {
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
