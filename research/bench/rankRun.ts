/**
 * What a step takes by the rank of its adapter, in this process: the same rows and steps, one rank after the other and over again, so that what else the
 * machine does falls on all of them alike (docs/adr/0077-a-rank-per-client.md).
 */
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { DEFAULT_ADAPTER, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import { random } from "@duet/lora-core/tensors/random";
import type { Example, TaskModel } from "@duet/lora-engine/models/languageModel";
import { trainAdapter } from "@duet/lora-engine/training/trainAdapter";
import { openModel } from "../experiment/openModel.ts";
import { useNodeWasm } from "../runner/nodeWasm.ts";

const MODELS = ["use-lite", "duet-tiny"];
const RANKS = [2, 4, 8, 16];
const STEPS = { warmUp: 2, measured: 10 } as const;
/** Turns of every rank. */
const TURNS = 7;
const SEED = 7;

export interface RankSteps {
  readonly model: string;
  readonly rank: number;
  /** Medians over turns, a step: of the clock and of the processor, ms. */
  readonly clock: number;
  readonly processor: number;
  /** Of the processor's time, over that of the largest rank in the same turn: median, least and most. */
  readonly ratio: readonly [number, number, number];
}

export async function* measureRanks(threads: number): AsyncGenerator<RankSteps> {
  await useNodeWasm(threads);
  for (const id of MODELS) {
    const { model, defaultTargets } = await openModel(`models/${id}`);
    const bound = await model.prepare({ kind: "label", labels: ["no", "yes"] });
    const config = { ...defaultTraining(model.family), warmupSteps: 0 };
    const examples = examplesOf(bound, 4 * config.batchSize, config.maxTokens);
    const turns: Turn[][] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const taken: Turn[] = [];
      for (const rank of RANKS) {
        const settings = { ...DEFAULT_ADAPTER, rank, alpha: 2 * rank, targetModules: [...defaultTargets] };
        taken.push(await train(bound, examples, initialAdapter(adapterLayout(model.linears, settings), SEED), config));
      }
      turns.push(taken);
    }
    for (const [k, rank] of RANKS.entries()) yield summed(id, rank, k, turns);
    bound.dispose();
    model.dispose();
  }
}

/** A step's, ms. */
interface Turn {
  readonly clock: number;
  readonly processor: number;
}

function summed(model: string, rank: number, k: number, turns: readonly (readonly Turn[])[]): RankSteps {
  const of = (what: keyof Turn) => turns.map((taken) => taken[k]?.[what] ?? Number.NaN);
  const largest = turns.map((taken) => taken.at(-1)?.processor ?? Number.NaN);
  const ratios = of("processor").map((ms, turn) => ms / (largest[turn] ?? Number.NaN));
  const ratio = [median(ratios), Math.min(...ratios), Math.max(...ratios)] as const;
  return { model, rank, clock: median(of("clock")), processor: median(of("processor")), ratio };
}

async function train(
  model: TaskModel,
  examples: readonly Example[],
  start: ReturnType<typeof initialAdapter>,
  config: ReturnType<typeof defaultTraining>,
): Promise<Turn> {
  let [began, spent, taken] = [0, process.cpuUsage(), 0];
  await trainAdapter(model, examples, start, {
    ...{ part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false },
    steps: STEPS.warmUp + STEPS.measured,
    scale: 2,
    dropout: 0,
    memory: ALL_AT_ONCE,
    config,
    seed: SEED,
    beforeStep: async () => undefined,
    onStep: () => {
      taken += 1;
      if (taken === STEPS.warmUp) [began, spent] = [performance.now(), process.cpuUsage()];
    },
  });
  const { user, system } = process.cpuUsage(spent);
  return { clock: (performance.now() - began) / STEPS.measured, processor: (user + system) / 1000 / STEPS.measured };
}

/** All as long as a step allows. */
function examplesOf(model: TaskModel, rows: number, tokens: number): readonly Example[] {
  const uniform = random(rows, "words", tokens);
  const word = () => ["disk", "user", "queue", "failed", "token", "mail", "logged", "cache"][Math.floor(8 * uniform())];
  return Array.from({ length: rows }, (_, i) => {
    const input = Array.from({ length: 4 * tokens }, word).join(" ");
    return model.encode({ line: i + 1, input, answer: i % 2 === 0 ? "no" : "yes" }, tokens);
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
