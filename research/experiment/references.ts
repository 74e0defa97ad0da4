/**
 * What stands in every table beside the methods, on the same rows and splits: the majority class, the untouched base, heads on the frozen
 * base (nearest class mean and linear probe; alone, and of sums that clients send in one round), and one adapter trained on everybody's
 * rows, the ceiling that nobody in a federation may have.
 */
import { PROTOTYPES_KEY } from "@duet/lora-core/adapters/adapterLayout";
import { classificationMetrics } from "@duet/lora-core/data/classificationMetrics";
import type { Row } from "@duet/lora-core/data/row";
import { local } from "@duet/lora-core/strategies/local";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { Example, LanguageModel } from "@duet/lora-engine/models/languageModel";
import { inBatches } from "@duet/lora-engine/training/evaluateAdapter";
import type { ExperimentData } from "./clientData.ts";
import { addedUp, type Classifier, type ClassSums, classSums, linearProbe, nearestClassMean } from "./frozenHeads.ts";
import type { RunResult } from "./runs.ts";
import { rowsOfOthers } from "./scores.ts";
import { type ServedAccuracy, servedAccuracy } from "./servedAccuracy.ts";
import { createSimulation, type SimulationOptions } from "./simulate.ts";
import type { SimulatedClient } from "./simulatedClient.ts";
import { deviation, mean } from "./statistics/interval.ts";
import { testRowsOf } from "./testRows.ts";

/** What is said of any rows by what a client has. */
type Judge = (member: SimulatedClient, rows: readonly Row[], model: LanguageModel) => Promise<ServedAccuracy>;

interface Judged {
  readonly judge: Judge;
  /** Of all clients together; 0 where nothing is sent or trained. */
  readonly costs?: Partial<Pick<RunResult, "bytesUp" | "bytesDown" | "trainTokens">>;
}

type Reference = (options: SimulationOptions, clients: readonly SimulatedClient[]) => Promise<Judged>;

/** Penalties of the linear probe; the one that is right on most fusion rows is taken, of equal ones the largest. */
const LAMBDAS = [10, 1, 0.1, 0.01];
const BYTES_PER_VALUE = 4;

const references: Readonly<Record<string, Reference>> = {
  majority,
  base: async ({ model }) => ({ judge: ({ client }, rows) => servedAccuracy(client, model, client.held.shared, rows) }),
  "class-means": (options, clients) => onFrozenBase(options, clients, { head: meansHead, together: false }),
  "class-means:federated": (options, clients) => onFrozenBase(options, clients, { head: meansHead, together: true }),
  "linear-probe": (options, clients) => onFrozenBase(options, clients, { head: probeHead, together: false }),
  "linear-probe:federated": (options, clients) => onFrozenBase(options, clients, { head: probeHead, together: true }),
  prototypes: (_, clients) => untrainedPrototypes(clients, false),
  "prototypes:federated": (_, clients) => untrainedPrototypes(clients, true),
  pooled,
};

/** Their names, as `--methods` takes them. */
export const referenceNames: readonly string[] = Object.keys(references);

export function isReference(name: string): boolean {
  return Object.hasOwn(references, name);
}

/** Whether a table by fair rules only has it beside the methods: the protocol's families of comparisons do not. */
export function isDescribed(name: string): boolean {
  return isReference(name) && !name.startsWith("prototypes");
}

/** The model stays the caller's. @throws {RangeError} when the base or the task does not allow it. */
export async function referenceRun(options: SimulationOptions): Promise<RunResult> {
  const startedAt = performance.now();
  const { settings } = options;
  const reference = references[settings.method];
  if (!reference) throw new RangeError(`There is no reference "${settings.method}"; there are: ${referenceNames.join(", ")}`);
  // What chooses a penalty on fusion rows is made of the others.
  const { rules, ...before } = settings;
  const ruled = rules && !settings.method.startsWith("linear-probe") ? { rules } : {};
  // Never run: its clients hold the rows as tokens and the initial adapter, as every method's do.
  const prototypes = settings.method.startsWith("prototypes") ? { prototypes: { rate: 0, travel: "shared" as const } } : {};
  const simulation = await createSimulation({ ...options, settings: { ...before, ...ruled, ...prototypes, method: local.id } });
  try {
    const { clients } = simulation;
    const { judge, costs = {} } = await reference(options, clients);
    const own = await eachOf(clients, (member) => judge(member, member.data.split.test, options.model));
    const others = await eachOf(clients, (member) => judge(member, rowsOfOthers(member, clients), options.model));
    return resultOf({ options, clients, own, others, costs, seconds: (performance.now() - startedAt) / 1000 });
  } finally {
    simulation.dispose();
  }
}

/** Every client says the answer that most of its own training rows have; of equal ones the first label. */
async function majority({ data }: SimulationOptions): Promise<Judged> {
  const { labels } = labelTask(data);
  return {
    judge: async (member, rows) => {
      const counts = labels.map((_, label) => member.client.examples.train.filter((row) => row.label === label).length);
      const most = counts.indexOf(Math.max(...counts));
      return accuracyOf(member, rows, () => most);
    },
  };
}

interface Head {
  readonly made: (sums: ClassSums, lambda: number) => Classifier;
  readonly lambdas: readonly number[];
  /** Values a client sends and receives, of L labels and width D. */
  readonly values: (labels: number, width: number) => { readonly up: number; readonly down: number };
}

const meansHead: Head = {
  made: nearestClassMean,
  lambdas: [0],
  values: (labels, width) => ({ up: labels * (width + 1), down: labels * (width + 1) }),
};
const probeHead: Head = {
  made: linearProbe,
  lambdas: LAMBDAS,
  values: (labels, width) => ({ up: labels * (width + 1) + (width * (width + 1)) / 2, down: labels * (width + 1) }),
};

/** A head of sums over the training rows, each client's own or everybody's. */
async function onFrozenBase(
  { model, data }: SimulationOptions,
  clients: readonly SimulatedClient[],
  { head, together }: { readonly head: Head; readonly together: boolean },
): Promise<Judged> {
  const { labels } = labelTask(data);
  const sums = await eachOf(clients, async ({ client }) => {
    const { train } = client.examples;
    return classSums(await embedded(model, train), labelsOf(train), labels.length);
  });
  const fusion = await eachOf(clients, ({ client }) => embedded(model, client.examples.fusion));
  const right = (classify: Classifier, i: number) =>
    labelsOf(clients[i]?.client.examples.fusion ?? []).filter((label, row) => classify(fusion[i]?.[row] ?? []) === label).length;
  const chosen = (candidates: readonly Classifier[], who: readonly number[]) =>
    firstBest(candidates, (classify) => who.reduce((total, i) => total + right(classify, i), 0));
  const headsOf = (from: ClassSums) => head.lambdas.map((lambda) => head.made(from, lambda));
  const everybody = [...clients.keys()];
  const common = together ? chosen(headsOf(addedUp(sums)), everybody) : null;
  const heads = new Map(sums.map((own, i) => [clients[i]?.id, common ?? chosen(headsOf(own), [i])]));
  const { up, down } = head.values(labels.length, sums[0]?.gram.length ?? 0);
  const bytes = together ? BYTES_PER_VALUE * clients.length : 0;
  return {
    judge: async (member, rows) => {
      const classify = heads.get(member.id);
      if (!classify) throw new RangeError(`${member.id} has no head`);
      const vectors = await embedded(model, examplesOf(member, rows));
      return accuracyOf(member, rows, (row) => classify(vectors[row] ?? []));
    },
    costs: { bytesUp: up * bytes, bytesDown: down * bytes },
  };
}

/** Label prototypes before any step, of each client's own rows, or the mean of all by their rows: what round 1 of a federation sends. */
async function untrainedPrototypes(clients: readonly SimulatedClient[], together: boolean): Promise<Judged> {
  const made = await eachOf(clients, async ({ client }) => {
    const labels = await client.model.prototypesOf?.(client.examples.train);
    if (!labels) throw new RangeError("Label prototypes are of tasks with labels on an encoder");
    return new Map([[PROTOTYPES_KEY, labels]]);
  });
  const rows = clients.map(({ client }) => client.examples.train.length);
  const all = rows.reduce((sum, count) => sum + count, 0);
  const mean = linearCombination(
    rows.map((count) => count / all),
    made,
  );
  const bytes = together ? BYTES_PER_VALUE * clients.length * (mean.get(PROTOTYPES_KEY)?.data.length ?? 0) : 0;
  return {
    judge: ({ id, client }, of, model) => {
      const own = made[clients.findIndex((member) => member.id === id)];
      return servedAccuracy(client, model, new Map([...client.held.shared, ...((together ? mean : own) ?? [])]), of);
    },
    costs: { bytesUp: bytes, bytesDown: bytes },
  };
}

/** One client with everybody's rows, which takes as many steps as all of them together. */
async function pooled(options: SimulationOptions): Promise<Judged> {
  const { settings, data, model } = options;
  const count = data.clients.length;
  const all = { ...settings, method: local.id, steps: settings.steps * count, local: settings.local * count };
  const simulation = await createSimulation({ ...options, settings: all, data: pooledData(data) });
  try {
    await simulation.run();
    const [everybody] = simulation.clients;
    const served = everybody?.client.served;
    if (!served) throw new RangeError("Pooled training served nothing");
    const trainTokens = everybody.metrics.reduce((total, { metrics }) => total + metrics.trainTokens, 0);
    return { judge: ({ client }, rows) => servedAccuracy(client, model, served, rows), costs: { trainTokens } };
  } finally {
    simulation.dispose();
  }
}

function pooledData(data: ExperimentData): ExperimentData {
  const rows = (part: "train" | "fusion" | "test") => data.clients.flatMap(({ split }) => split[part]);
  const split = { train: rows("train"), fusion: rows("fusion"), test: rows("test") };
  return { ...data, clients: [{ name: "everybody", split, unseen: [] }] };
}

async function embedded({ embed }: LanguageModel, examples: readonly Example[]): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = new Array(examples.length);
  for (const batch of inBatches(examples)) {
    // What a decoder reads goes on with the answer.
    const vectors = await embed(batch.examples.map(({ tokens, answerStart }) => tokens.slice(0, answerStart)));
    for (const [i, place] of batch.places.entries()) found[place] = vectors[i] ?? [];
  }
  return found;
}

function accuracyOf(member: SimulatedClient, rows: readonly Row[], labelOf: (row: number) => number): ServedAccuracy {
  const predicted = rows.map((_, row) => labelOf(row));
  const truth = labelsOf(examplesOf(member, rows));
  return { accuracy: mean(truth.map((label, row) => Number(label === predicted[row]))), grouping: null, truth, predicted };
}

function examplesOf({ client }: SimulatedClient, rows: readonly Row[]): readonly Example[] {
  return rows.map((row) => client.model.encode(row, client.setup.training.maxTokens));
}

const labelsOf = (examples: readonly Example[]): readonly number[] => examples.map(({ label }) => label);

function labelTask({ task }: ExperimentData): { readonly labels: readonly string[] } {
  if (task.kind !== "label") throw new RangeError("Classes are of tasks with labels; this one writes texts");
  return task;
}

/** @throws {RangeError} of none. */
function firstBest<T>(candidates: readonly T[], scoreOf: (candidate: T) => number): T {
  const scores = candidates.map(scoreOf);
  const best = candidates[scores.indexOf(Math.max(...scores))];
  if (best === undefined) throw new RangeError("There is nothing to choose from");
  return best;
}

/** One after the other, as a backend wants it. */
async function eachOf<T>(
  clients: readonly SimulatedClient[],
  work: (member: SimulatedClient) => Promise<T>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const member of clients) found.push(await work(member));
  return found;
}

interface Finished {
  readonly options: SimulationOptions;
  readonly clients: readonly SimulatedClient[];
  readonly own: readonly ServedAccuracy[];
  readonly others: readonly ServedAccuracy[];
  readonly costs: NonNullable<Judged["costs"]>;
  readonly seconds: number;
}

function resultOf({ options, clients, own, others, costs, seconds }: Finished): RunResult {
  const { settings, data } = options;
  const accuracies = own.map(({ accuracy }) => accuracy);
  const tests = testRowsOf(clients, own);
  const labels = data.task.kind === "label" ? data.task.labels.length : 0;
  const macroF1 = tests.map(({ truth, predicted }) => classificationMetrics(predicted, truth, labels).macroF1 ?? 0);
  const groupings = own.flatMap(({ grouping }) => grouping ?? []);
  return {
    ...{ settings, accuracies, tests, seconds },
    accuracyMean: mean(accuracies),
    accuracyStd: deviation(accuracies),
    accuracyWorst: Math.min(...accuracies),
    macroF1Mean: macroF1.length > 0 ? mean(macroF1) : 0,
    groupingAccuracy: groupings.length > 0 ? mean(groupings) : null,
    crossClientAccuracy: mean(others.map(({ accuracy }) => accuracy)),
    ...{ bytesUp: 0, bytesDown: 0, trainTokens: 0, forwardTokens: 0, ...costs },
    ...{ bestRound: null, accuracyAtBest: null, unseen: null, innerSteps: 0, perRound: [] },
    ...{ baseMean: null, personalMean: null, sharedMean: null, baseLoss: null },
    fusion: clients.map(() => null),
  };
}
