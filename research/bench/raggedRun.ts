/**
 * Training on real rows of unequal length, as the product does it, beside what a person would run instead: transformers with peft, which pads a
 * batch to its longest row. Both begin with the same adapter and take the same batches, so that their losses must agree; peft does so once more on batches
 * in random order, as its users have them unless they ask for more. In turns, on as many threads. Beside the clock it reads the processor's time, which
 * a busy machine lengthens less.
 */
import { readdirSync, readFileSync } from "node:fs";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import type { Row } from "@duet/lora-core/data/row";
import { defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import { ADAPTER_SCALE, LEARNING_RATE } from "@duet/lora-engine/bench/measureSteps";
import { benchAdapter } from "@duet/lora-engine/bench/subjects";
import { measureTorchRows } from "@duet/lora-engine/bench/torchPeer";
import type { Example, TaskModel } from "@duet/lora-engine/models/languageModel";
import { loadModel } from "@duet/lora-engine/models/loadModel";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { batches } from "@duet/lora-engine/training/batches";
import { trainAdapter } from "@duet/lora-engine/training/trainAdapter";
import { labelledRows } from "../experiment/labelledRows.ts";
import { logData } from "../experiment/logData.ts";
import { useNodeWasm } from "../runner/nodeWasm.ts";

const DECODER = "models/duet-tiny";
const ROWS = 256;
const SEED = 7;
const STEPS = { warmUp: 2, measured: 14 } as const;
/** Each side's median of so many runs. */
const REPEATS = 3;

export interface RaggedOptions {
  readonly python: string;
  readonly threads: number;
  /** The public data sets. */
  readonly data: string;
  /** A model's folder beside those of the project; null without. */
  readonly minilm: string | null;
}

/** Rows a second, by the clock and of the processor. */
export interface Pace {
  readonly clock: number;
  readonly processor: number;
}

export interface RaggedOutcome {
  readonly name: string;
  readonly batchSize: number;
  /** Tokens of a row: median and longest. */
  readonly tokens: readonly [number, number];
  readonly ours: Pace;
  readonly peft: Pace;
  /** With batches in random order. */
  readonly peftRandom: Pace;
  /** Nats, at any step on the same batches. */
  readonly difference: number;
}

/** One data set and base after the other. */
export async function* measureRagged(options: RaggedOptions): AsyncGenerator<RaggedOutcome> {
  const bases = [DECODER, ...(options.minilm === null ? [] : [options.minilm])];
  for (const [name, rows] of Object.entries(rowsIn(options.data))) {
    for (const folder of bases) yield await measureOne(name, rows, folder, options);
  }
}

/** Symptoms, intents and log lines. @throws {Error} when a file is missing. */
function rowsIn(folder: string): Readonly<Record<string, readonly Row[]>> {
  const drawn = (rows: readonly Row[], name: string) => shuffled(rows, random(SEED, name)).slice(0, ROWS);
  const labelled = (scenario: "medical" | "clinc150") =>
    drawn(
      labelledRows(folder, scenario).map(({ row }) => row),
      scenario,
    );
  const [log] = logData(folder, "severity", { clients: 1, seed: SEED, rows: 2000 }).clients;
  return { medical: labelled("medical"), clinc150: labelled("clinc150"), "log lines": drawn(log?.split.train ?? [], "log") };
}

async function measureOne(
  name: string,
  rows: readonly Row[],
  folder: string,
  { python, threads }: RaggedOptions,
): Promise<RaggedOutcome> {
  await useNodeWasm(threads);
  const files = await readModelFiles(readdirSync(folder, { recursive: true, encoding: "utf8" }), async (file) =>
    readFileSync(`${folder}/${file}`),
  );
  const model = loadModel(files);
  const labels = [...new Set(rows.map(({ answer }) => answer))].sort();
  const bound = await model.prepare({ kind: "label", labels });
  const config = { ...defaultTraining(model.family), learningRate: LEARNING_RATE, warmupSteps: 0 };
  const examples = rows.map((row) => bound.encode(row, config.maxTokens));
  const adapter = benchAdapter(files, SEED);
  const grouped = taken(batches(examples, { batchSize: config.batchSize, lengthOf }, random(SEED, "batches")));
  const mixed = taken(batches(examples, { batchSize: config.batchSize, lengthOf: () => 0 }, random(SEED, "mixed")));
  const peft = (list: readonly (readonly Example[])[]) =>
    measureTorchRows(
      { adapter, batches: list, labelTokens: labels.map((label) => bound.encodeInput(label, config.maxTokens)), ...config },
      { python, threads, device: "cpu", folder, files },
    );
  const runs = { ours: [] as Pace[], peft: [] as Pace[], peftRandom: [] as Pace[] };
  let difference = 0;
  try {
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const own = await train(bound, examples, adapter, config);
      const theirs = await peft(grouped);
      runs.ours.push(paceOf(own, grouped));
      runs.peft.push(paceOf(theirs, grouped));
      runs.peftRandom.push(paceOf(await peft(mixed), mixed));
      difference = Math.max(difference, ...own.losses.map((loss, i) => Math.abs(loss - (theirs.answers[i] ?? Number.NaN))));
    }
  } finally {
    bound.dispose();
    model.dispose();
  }
  const lengths = examples.map(lengthOf).sort((a, b) => a - b);
  return {
    name: `${name}, ${folder.split("/").at(-1) === "model" ? "all-MiniLM-L6-v2" : folder.split("/").at(-1)}`,
    batchSize: config.batchSize,
    tokens: [lengths[Math.floor(lengths.length / 2)] ?? 0, lengths.at(-1) ?? 0],
    ours: medianPace(runs.ours),
    peft: medianPace(runs.peft),
    peftRandom: medianPace(runs.peftRandom),
    difference,
  };
}

const lengthOf = ({ tokens }: Example): number => tokens.length;

function taken(stream: Iterator<readonly Example[]>): readonly (readonly Example[])[] {
  return Array.from({ length: STEPS.warmUp + STEPS.measured }, () => stream.next().value as readonly Example[]);
}

/** The product's own training, with the milliseconds, by the clock and of the processor, and the loss of every step. */
async function train(model: TaskModel, examples: readonly Example[], start: NamedTensors, config: TrainingConfig) {
  const times: number[] = [];
  const processor: number[] = [];
  const losses: number[] = [];
  let before = performance.now();
  let spent = process.cpuUsage();
  await trainAdapter(model, examples, start, {
    ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
    steps: STEPS.warmUp + STEPS.measured,
    scale: ADAPTER_SCALE,
    dropout: 0,
    memory: ALL_AT_ONCE,
    config,
    seed: SEED,
    beforeStep: async () => undefined,
    onStep: (_, loss) => {
      const now = performance.now();
      const { user, system } = process.cpuUsage(spent);
      times.push(now - before);
      processor.push((user + system) / 1000);
      losses.push(loss);
      before = now;
      spent = process.cpuUsage();
    },
  });
  return { times, processor, losses };
}

/** Milliseconds of every step. */
interface Taken {
  readonly times: readonly number[];
  readonly processor: readonly number[];
}

const paceOf = ({ times, processor }: Taken, batches: readonly (readonly Example[])[]): Pace => ({
  clock: rowsPerSecond(times, batches),
  processor: rowsPerSecond(processor, batches),
});

/** Of the steps after those to warm up. */
function rowsPerSecond(times: readonly number[], taken: readonly (readonly Example[])[]): number {
  const total = (values: readonly number[]) => values.slice(STEPS.warmUp).reduce((sum, value) => sum + value, 0);
  return (1000 * total(taken.map((batch) => batch.length))) / total(times);
}

const medianPace = (paces: readonly Pace[]): Pace => ({
  clock: median(paces.map(({ clock }) => clock)),
  processor: median(paces.map(({ processor }) => processor)),
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
