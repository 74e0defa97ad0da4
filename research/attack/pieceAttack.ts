/** One step of three clients, read by an attacker who looks for pieces of words in it, see spanAttack.ts. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { factorAKey, factorBKey, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { calibrateNoise } from "@duet/lora-core/differentialPrivacy/calibrateNoise";
import { recognitionOf } from "@duet/lora-core/leakage/recognition";
import { uploadDifference } from "@duet/lora-core/strategies/plans";
import { decodeUpload, encodeUpload } from "@duet/lora-core/strategies/uploadCodec";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { rateFactor } from "@duet/lora-core/training/learningRate";
import type { Example, TaskModel } from "@duet/lora-engine/models/languageModel";
import { uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { type PrivateSteps, trainAdapter } from "@duet/lora-engine/training/trainAdapter";
import * as tf from "@tensorflow/tfjs";
import type { OpenModel } from "../experiment/openModel.ts";
import { FIRST_MODULE, type FirstInputs } from "./firstInputs.ts";
import { leakData, rowsOf } from "./leakData.ts";
import type { LeakSettings } from "./leakRun.ts";
import { adapterOf, overheard, trainingOf } from "./overheard.ts";
import type { PieceResult, PieceSettings } from "./pieceRun.ts";
import { piecesBehindA, piecesIn } from "./spanAttack.ts";

const CLIENTS = 3;
/** Of a federation that the step's clients have trained in before, without noise; and that the noise is calibrated for. */
const ROWS = 30;
const TRAINING = { method: "fedavg", epsilon: null, rounds: 1, steps: 6, batchSize: 20 } as const;
const STEPS = 12;
const LEARNING_RATES = { medical: 0.02, intents: 0.01 } as const;
/** Tokens that are looked for one after the other: beyond, nothing that is found is worth the wait. */
const MOST_TOKENS = 96;
/** As createAdamW has it. */
const ADAM_EPSILON = 1e-8;
/** Of a float32's one. */
const PRECISION = 3e-7;

export async function pieceAttack(
  settings: PieceSettings,
  folder: string,
  opened: OpenModel,
  inputs: FirstInputs,
): Promise<PieceResult> {
  const startedAt = performance.now();
  const leakSettings: LeakSettings = {
    ...settings,
    ...TRAINING,
    clients: CLIENTS,
    rows: ROWS,
    learningRate: LEARNING_RATES[settings.scenario],
  };
  const data = leakData(folder, leakSettings);
  const taskModel = await opened.model.prepare({ kind: "label", labels: [...data.labels] });
  try {
    const rows = data.members.map((_, client) => rowsOf(data, client));
    const heard = await overheard({ settings: leakSettings, labels: data.labels, rows, opened, taskModel });
    const steps = new Steps(leakSettings, settings.steps, opened, taskModel);
    const { maxTokens } = trainingOf(leakSettings, opened);
    const batches = rows.map((own) => own.slice(0, settings.rows).map((row) => taskModel.encode(row, maxTokens)));
    const [own = []] = batches;
    const listed = new Set(data.pool.flatMap((row) => [...taskModel.encode(row, maxTokens).tokens]));
    const tried = new Tried(inputs, listed);
    const changes: NamedTensors[] = [];
    for (const batch of batches) changes.push(await steps.change(heard.sum, batch, null));
    const [change = new Map(), other = new Map()] = changes;
    const noisy = async (epsilon: number) => {
      const sent: (readonly Float64Array[])[] = [];
      for (const [client, batch] of batches.entries()) {
        const noise = noiseFor(epsilon, settings.seed, client);
        sent.push(factorRows(await steps.change(heard.sum, batch, noise), "A"));
      }
      const [first = []] = sent;
      return { one: read(first), sum: read(added(sent), batches.flat()) };
    };
    const read = (rowsOfA: readonly Float64Array[], batch = own) => tried.greedily(rowsOfA, batch);
    const sent = factorRows(rounded(change, settings.seed), "A");
    const weak = await noisy(8);
    const views = {
      int8: read(sent),
      sum: read(added(changes.map((each) => factorRows(each, "A"))), batches.flat()),
      epsilon8: weak.one,
      sumEpsilon8: weak.sum,
    };
    return {
      settings,
      tokens: own.reduce((sum, { tokens }) => sum + tokens.length, 0),
      views: settings.steps > 1 ? views : { ...(await ofOneStep()), ...views },
      chance: read(factorRows(other, "A")),
      seconds: (performance.now() - startedAt) / 1000,
    };

    async function ofOneStep() {
      const first = steps.gradient(heard.start, own);
      const strong = await noisy(1);
      return {
        gradient: read(factorRows(steps.gradient(heard.sum, own), "A")),
        f32: read(undone(factorRows(change, "A"), factorRows(heard.sum, "A"), steps.rate, steps.weightDecay)),
        epsilon1: strong.one,
        sumEpsilon1: strong.sum,
        first: tried.judged(piecesBehindA(factorRows(first, "B"), factorRows(heard.start, "A"), inputs), own, null),
      };
    }
  } finally {
    taskModel.dispose();
  }
}

/** What an attacker tries, and how well it does. */
class Tried {
  readonly #inputs: FirstInputs;
  readonly #listed: ReadonlySet<number>;

  constructor(inputs: FirstInputs, listed: ReadonlySet<number>) {
    this.#inputs = inputs;
    this.#listed = listed;
  }

  greedily(rows: readonly Float64Array[], batch: readonly Example[]) {
    const tokens = batch.reduce((sum, example) => sum + example.tokens.length, 0);
    const { found, scores } = piecesIn(rows, this.#inputs, Math.min(MOST_TOKENS, tokens));
    return this.judged(scores, batch, found);
  }

  judged(scores: Float64Array, batch: readonly Example[], found: readonly number[] | null) {
    const read = new Set(batch.flatMap(({ tokens }) => [...tokens]));
    const scoreOf = (piece: number) => scores[piece] ?? 0;
    const nobodys = [...this.#listed].filter((piece) => !read.has(piece));
    const { auc } = recognitionOf([...read].map(scoreOf), nobodys.map(scoreOf));
    return { auc, right: found && found.slice(0, read.size).filter((piece) => read.has(piece)).length / read.size };
  }
}

/** Steps of one client on rows that are given. */
class Steps {
  readonly rate: number;
  readonly weightDecay: number;
  readonly #config: ReturnType<typeof trainingOf>;
  readonly #scale: number;
  readonly #model: TaskModel;
  readonly #steps: number;

  constructor(settings: LeakSettings, steps: number, opened: OpenModel, model: TaskModel) {
    this.#config = trainingOf(settings, opened);
    this.#scale = adapterScale(adapterOf(opened));
    this.#model = model;
    this.#steps = steps;
    this.rate = this.#config.learningRate * rateFactor(this.#config, 1, null)(0);
    this.weightDecay = this.#config.weightDecay;
  }

  /** What the steps on these rows change. */
  async change(start: NamedTensors, batch: readonly Example[], privacy: PrivateSteps | null): Promise<NamedTensors> {
    const plain = {
      part: "all",
      weight: 1,
      beside: null,
      proximal: null,
      control: null,
      distill: null,
      balanced: false,
    } as const;
    const { adapter } = await trainAdapter(this.#model, batch, start, {
      ...plain,
      steps: this.#steps,
      scale: this.#scale,
      dropout: 0,
      memory: ALL_AT_ONCE,
      config: { ...this.#config, batchSize: Math.min(batch.length, TRAINING.batchSize) },
      seed: 0,
      privacy,
      beforeStep: async () => {},
      onStep: () => {},
    });
    return new Map(
      [...adapter].map(([key, { shape, data }]) => [
        key,
        { shape, data: data.map((value, i) => value - (start.get(key)?.data[i] ?? 0)) },
      ]),
    );
  }

  /** Before any optimiser. */
  gradient(start: NamedTensors, batch: readonly Example[]): NamedTensors {
    const adapter = uploadAdapter(start, { scale: this.#scale, trainable: true });
    try {
      const variables = [...adapter.variables];
      const gradients = tf.tidy(() => {
        const { grads } = tf.variableGrads(() => this.#model.loss(batch, adapter, null), variables);
        return variables.map(({ name }) => grads[name] as tf.Tensor);
      });
      const read = [...start].map(([key, { shape }], i): [string, HostTensor] => {
        return [key, { shape, data: Float32Array.from(gradients[i]?.dataSync() ?? []) }];
      });
      tf.dispose(gradients);
      return new Map(read);
    } finally {
      adapter.dispose();
    }
  }
}

/** As much as in a federation of twelve steps on two thirds of thirty rows, however few are read here. */
function noiseFor(epsilon: number, seed: number, client: number): PrivateSteps {
  const noiseMultiplier = calibrateNoise(
    { epsilon, delta: 1 / (2 * ROWS) },
    { samplingRate: TRAINING.batchSize / ROWS, steps: STEPS },
  );
  // The first is who is read alone.
  const others = client === 0 ? [] : [client];
  if (noiseMultiplier === null) throw new RangeError(`No noise keeps to an epsilon of ${epsilon}`);
  return {
    samplingRate: 1,
    clip: 1,
    noiseMultiplier,
    uniform: random(seed, "noise", epsilon, ...others),
    charge: async () => true,
  };
}

/** As it arrives at the coordinator by default. */
function rounded(change: NamedTensors, seed: number): NamedTensors {
  const form = { layout: layoutOf(change), upload: uploadDifference, coding: { format: "int8", topK: null } } as const;
  return decodeUpload(form, encodeUpload(form, change, { origin: change, residual: null }, random(seed, "rounding")).blob);
}

/**
 * The first step of AdamW is rate (g / (|g| + eps) + decay theta): its signs are the gradient's, and what they lack of 1 tells how large it was,
 * as far as float32 has digits for it.
 */
function undone(
  change: readonly Float64Array[],
  start: readonly Float64Array[],
  rate: number,
  decay: number,
): readonly Float64Array[] {
  return change.map((row, j) =>
    row.map((value, i) => {
      const moved = -value / rate - decay * (start[j]?.[i] ?? 0);
      return (ADAM_EPSILON * moved) / Math.max(PRECISION, 1 - Math.abs(moved));
    }),
  );
}

/** Rows of one factor of the first module. */
function factorRows(tensors: NamedTensors, factor: "A" | "B"): readonly Float64Array[] {
  const key = factor === "A" ? factorAKey(FIRST_MODULE) : factorBKey(FIRST_MODULE);
  const { shape, data } = tensors.get(key) ?? { shape: [0, 0], data: new Float32Array() };
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, row) => Float64Array.from(data.subarray(row * width, (row + 1) * width)));
}

const added = (all: readonly (readonly Float64Array[])[]): readonly Float64Array[] =>
  (all[0] ?? []).map((row, j) => row.map((_, i) => all.reduce((sum, rows) => sum + (rows[j]?.[i] ?? 0), 0)));
