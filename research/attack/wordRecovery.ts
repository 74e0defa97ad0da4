/**
 * Words out of the update of a single step. The attacker knows the base, the adapter that the step began with, and the answers of the rows; for each
 * word of a list it takes the step that this word alone would have made, and compares its direction with the update's (after gradient matching,
 * Zhu et al. 2019, arXiv 1906.08935). Differs from paper: candidates are words of a list and no input is optimised, and what is matched is the
 * optimiser's step, which is all that a client sends. It begins with a trained adapter: at B = 0 only B has a gradient, and tells less.
 */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import type { Row } from "@duet/lora-core/data/row";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { recognitionOf } from "@duet/lora-core/leakage/recognition";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { type PrivateSteps, trainAdapter } from "@duet/lora-engine/training/trainAdapter";
import { budgetsOf } from "../experiment/budget.ts";
import { NoisySums } from "../experiment/noisySums.ts";
import { openMeter } from "../experiment/simulatedClient.ts";
import { type LeakData, wordsOf } from "./leakData.ts";
import type { LeakResult } from "./leakRun.ts";
import { adapterOf, clientOf, type Listening, privacyOfClients, trainingOf } from "./overheard.ts";

/** Rows of the step, of each client; and words of each kind that are tried. */
const ROWS = 4;
const WORDS = 24;

/** One step of everybody on a few rows: words of the first client, of the others, and of nobody, told apart by update and sum. */
export async function recoverWords(listening: Listening, data: LeakData, start: NamedTensors): Promise<LeakResult["words"]> {
  const { settings } = listening;
  const rows = data.members.map((indices) => indices.slice(0, ROWS).flatMap((index) => data.pool[index] ?? []));
  const updates: Float64Array[] = [];
  for (const [index, own] of rows.entries()) {
    const small = { ...listening, settings: { ...settings, batchSize: ROWS } };
    const simulated = clientOf(small, own, index);
    await openMeter(simulated, [{ unit: "steps", amount: 1 }], settings.seed);
    updates.push(await stepOn(listening, start, own, simulated.meter));
  }
  const [first = new Float64Array(), second = new Float64Array()] = updates;
  const total = summed(listening, start, updates);
  const { own, others, nobodys } = candidateWords(rows, data.pool, settings.seed);
  const directions: Float64Array[] = [];
  for (const word of [...own, ...others, ...nobodys]) {
    const texts = (rows[0] ?? []).map(({ answer }) => ({ line: 1, input: word, answer }));
    directions.push(await stepOn(listening, start, texts, null));
  }
  const [mine, theirs, all] = [first, second, total].map((update) => likeness(update, directions));
  if (!mine || !theirs || !all) throw new RangeError("Words are recovered from two clients at least");
  const inSum = own.length + others.length;
  const sum = recognitionOf(all.slice(0, inSum), all.slice(inSum)).auc;
  // Nobody sees a single update; and where noise drowns the adapter many steps move nothing, so that the likeliest have no order.
  if (settings.clientEpsilon !== undefined) return { sum };
  return {
    update: recognitionOf(mine.slice(0, own.length), mine.slice(own.length)).auc,
    sum,
    chance: recognitionOf(theirs.slice(0, own.length), theirs.slice(inSum)).auc,
    foundOfTop: { update: rightAtTop(mine, own.length), sum: rightAtTop(all, inSum) },
  };
}

/** Of all updates, with the noise of a federation of one round where clients are to be hidden. */
function summed({ settings }: Listening, start: NamedTensors, updates: readonly Float64Array[]): Float64Array {
  const privacy = privacyOfClients(settings);
  if (!privacy)
    return (updates[0] ?? new Float64Array()).map((_, i) => updates.reduce((sum, update) => sum + (update[i] ?? 0), 0));
  const sums = new NoisySums(privacy, methodOf(presetOf("fedavg")), budgetsOf(1, 1, 1), settings.clients, settings.seed);
  const shared = updates.map((update) => ({ upload: new Uint8Array(Float32Array.from(update).buffer) }));
  return inOrder(sums.mean(shared, layoutOf(start)).update);
}

/** Of the k likeliest words those that are in the rows, where k words are: precision and recall alike. The first k are. */
function rightAtTop(scores: readonly number[], k: number): number {
  const ranked = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  return ranked.slice(0, k).filter((i) => i < k).length / k;
}

function candidateWords(rows: readonly (readonly Row[])[], pool: readonly Row[], seed: number) {
  const uniform = random(seed, "words");
  const few = (words: Iterable<string>) => shuffled([...words], uniform).slice(0, WORDS);
  const own = wordsOf(rows[0] ?? []);
  const theirs = wordsOf(rows.slice(1).flat());
  const elsewhere = wordsOf(pool);
  return {
    own: few([...own].filter((word) => !theirs.has(word))),
    others: few([...theirs].filter((word) => !own.has(word))),
    nobodys: few([...elsewhere].filter((word) => !own.has(word) && !theirs.has(word))),
  };
}

/** How a step on these rows changes the adapter: all values, in order. */
async function stepOn(
  { settings, opened, taskModel }: Listening,
  start: NamedTensors,
  rows: readonly Row[],
  privacy: PrivateSteps | null,
): Promise<Float64Array> {
  const config = { ...trainingOf({ ...settings, epsilon: null }, opened), batchSize: rows.length };
  const examples = rows.map((row) => taskModel.encode(row, config.maxTokens));
  const plain = { part: "all", weight: 1, beside: null, proximal: null, control: null, distill: null, balanced: false } as const;
  const { adapter } = await trainAdapter(taskModel, examples, start, {
    ...plain,
    steps: 1,
    scale: adapterScale(adapterOf(opened)),
    dropout: 0,
    memory: ALL_AT_ONCE,
    config,
    seed: 0,
    privacy,
    beforeStep: async () => {},
    onStep: () => {},
  });
  return inOrder(linearCombination([1, -1], [adapter, start]));
}

/** All values of all tensors, one after the other. */
function inOrder(tensors: NamedTensors): Float64Array {
  const all = new Float64Array([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of tensors.values()) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

/** Cosine of each direction with the update, what all directions have in common left out. */
function likeness(update: Float64Array, directions: readonly Float64Array[]): readonly number[] {
  const common = update.map((_, i) => directions.reduce((sum, direction) => sum + (direction[i] ?? 0), 0) / directions.length);
  return directions.map((direction) => {
    const own = direction.map((value, i) => value - (common[i] ?? 0));
    return dot(own, update) / Math.sqrt(dot(own, own) * dot(update, update) || 1);
  });
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
