/**
 * A step with differential privacy of rows, by three ways to the sum of clipped gradients, in this process: the product's (every row's gradients
 * from one pass over all), a pass for each row, and ghost norms. The last keeps of every adapted layer its input x, the update's inner values h and
 * their gradients u and d, and computes of each row i
 *   |dA_i|^2 = sum_ts (u_t u_s)(x_t x_s), |dB_i|^2 = sum_ts (d_t d_s)(h_t h_s)          (Li et al. 2022, arXiv 2110.05679)
 * and then sum_i c_i dA_i, of what was kept, with no second backward pass              (Bu et al. 2023, arXiv 2210.00038)
 * No noise: it is the same for all. All sums must agree.
 */
import { adapterLayout, factorAKey, factorBKey, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { ALL_AT_ONCE } from "@duet/lora-core/architectures/stepMemory";
import { DEFAULT_ADAPTER } from "@duet/lora-core/federation/federationDefaults";
import { random } from "@duet/lora-core/tensors/random";
import type { Example, TaskModel } from "@duet/lora-engine/models/languageModel";
import { wasmJointLinear } from "@duet/lora-engine/ops/jointLinear/jointLinear.wasm";
import type { JointLinearKernel } from "@duet/lora-engine/ops/jointLinear/jointLinearKernel";
import { LINEAR_KERNELS } from "@duet/lora-engine/ops/loraLinear/loraLinear";
import { wasmLoraLinear } from "@duet/lora-engine/ops/loraLinear/loraLinear.wasm";
import type { Adapted, LoraLinearKernel } from "@duet/lora-engine/ops/loraLinear/loraLinearKernel";
import { type OwnedAdapter, uploadAdapter } from "@duet/lora-engine/training/deviceAdapter";
import { privateGradients } from "@duet/lora-engine/training/privateGradients";
import { type RowGradients, rowGradients } from "@duet/lora-engine/training/rowGradients";
import * as tf from "@tensorflow/tfjs";
import { openModel } from "../experiment/openModel.ts";
import { useNodeWasm } from "../runner/nodeWasm.ts";

/** An encoder: a decoder reads rows of one length in different numbers of tokens, where it has choices to compare. */
const MODELS = ["use-lite"];
const ROWS = [16, 64];
const TOKENS = [8, 40];
const RUNS = 3;
const CLIP = 0.01;
/** Of the norm of the sum. */
const TOLERANCE = 1e-3;

export interface PrivateStep {
  readonly model: string;
  readonly rows: number;
  readonly tokens: number;
  /** Medians, ms a step. */
  readonly plain: number;
  readonly together: number;
  readonly rowByRow: number;
  readonly ghost: number;
}

export async function* measurePrivateSteps(threads: number): AsyncGenerator<PrivateStep> {
  await useNodeWasm(threads);
  for (const id of MODELS) {
    const { model, defaultTargets } = await openModel(`models/${id}`);
    const bound = await model.prepare({ kind: "label", labels: ["no", "yes"] });
    const layout = adapterLayout(model.linears, { ...DEFAULT_ADAPTER, targetModules: [...defaultTargets] });
    const adapter = uploadAdapter(moved(initialAdapter(layout, 3)), { scale: 2, trainable: true });
    for (const tokens of TOKENS) {
      for (const rows of ROWS)
        yield { model: id, rows, tokens, ...(await measure(bound, adapter, examplesOf(bound, rows, tokens))) };
    }
    adapter.dispose();
    bound.dispose();
    model.dispose();
  }
}

type Tensors = ReturnType<typeof initialAdapter>;

/** B is no longer zero, so that A has a gradient. */
function moved(adapter: Tensors): Tensors {
  const uniform = random(5, "moved");
  return new Map(
    [...adapter].map(([key, { shape, data }]) => [key, { shape, data: data.map((value) => value + 0.02 * (uniform() - 0.5)) }]),
  );
}

/** All of one length, so that no row has padding. */
function examplesOf(model: TaskModel, rows: number, tokens: number): readonly Example[] {
  const uniform = random(rows, "words", tokens);
  const word = () => ["disk", "user", "queue", "failed", "token", "mail", "logged", "cache"][Math.floor(8 * uniform())];
  return Array.from({ length: rows }, (_, i) => {
    const input = Array.from({ length: 4 * tokens }, word).join(" ");
    return model.encode({ line: i + 1, input, answer: i % 2 === 0 ? "no" : "yes" }, tokens);
  });
}

async function measure(model: TaskModel, adapter: OwnedAdapter, batch: readonly Example[]) {
  const keys = [...adapter.factors.keys()].flatMap((module) => [factorAKey(module), factorBKey(module)]);
  const ways = {
    plain: async () => batchGradients(model, adapter, batch),
    together: () =>
      clipped(adapter, batch, batch.length, (rows) => {
        return rowGradients(rows, keys, adapter, (probed) => model.loss(rows, probed, PASS));
      }),
    rowByRow: () => clipped(adapter, batch, 1, (rows) => oneRow(model, adapter, rows)),
    ghost: async () => withGhostNorms(model, adapter, batch),
  };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  const sums = new Map<string, Float32Array>();
  // Interleaved, after one to warm up.
  for (let run = -1; run < RUNS; run++) {
    for (const name of names) {
      const startedAt = performance.now();
      const gradients = await ways[name]();
      const values = await Promise.all(gradients.map((gradient) => gradient.data()));
      const ms = performance.now() - startedAt;
      if (run >= 0) times.get(name)?.push(ms);
      else sums.set(name, Float32Array.from(values.flatMap((each) => [...each])));
      tf.dispose([...gradients]);
    }
  }
  assertAlike(sums);
  const medianOf = (name: keyof typeof ways) => times.get(name)?.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
  return {
    plain: medianOf("plain"),
    together: medianOf("together"),
    rowByRow: medianOf("rowByRow"),
    ghost: medianOf("ghost"),
  };
}

/** @throws {RangeError} when the ways do not come to the same. */
function assertAlike(sums: ReadonlyMap<string, Float32Array>): void {
  const expected = sums.get("rowByRow") ?? new Float32Array();
  for (const name of ["ghost", "together"]) {
    const found = sums.get(name) ?? new Float32Array();
    const apart =
      Math.hypot(...[0, 1].map(() => 0), distance(found, expected)) / distance(expected, new Float32Array(expected.length));
    if (!(apart < TOLERANCE)) throw new RangeError(`${name} is off by ${apart} of the sum's norm`);
  }
}

const distance = (a: Float32Array, b: Float32Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? Number.NaN)) ** 2, 0));

const PASS = { dropout: null, recompute: ALL_AT_ONCE.recompute };

function batchGradients(model: TaskModel, adapter: OwnedAdapter, rows: readonly Example[]): tf.Tensor[] {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(() => model.loss(rows, adapter, PASS), [...adapter.variables]);
    return adapter.variables.map(({ name }) => grads[name] as tf.Tensor);
  });
}

/** The product's clipping and sum of the gradients that `gradientsOf` gives. */
async function clipped(
  adapter: OwnedAdapter,
  rows: readonly Example[],
  rowsAtOnce: number,
  gradientsOf: (rows: readonly Example[]) => RowGradients,
): Promise<readonly tf.Tensor[]> {
  const { gradients } = await privateGradients({
    rows,
    gradientsOf,
    rowsAtOnce,
    shapes: adapter.variables.map(({ shape }) => shape),
    clip: CLIP,
    noiseMultiplier: 0,
    expectedRows: 1,
    uniform: random(1, "noise"),
    beforePass: async () => {},
  });
  return gradients;
}

function oneRow(model: TaskModel, adapter: OwnedAdapter, row: readonly Example[]): RowGradients {
  const { value, grads } = tf.variableGrads(() => model.loss(row, adapter, PASS), [...adapter.variables]);
  return {
    loss: value,
    gradients: adapter.variables.map(({ name }) => tf.expandDims<tf.Tensor3D>(grads[name] as tf.Tensor, 0)),
  };
}

/** Of one adapted layer, [rows, T, .] each: its input, the update's inner values, and the gradients of both of its products. */
interface Kept {
  readonly b: object;
  readonly x: tf.Tensor3D;
  readonly hidden: tf.Tensor3D;
  readonly dHidden: tf.Tensor3D;
  readonly dy: tf.Tensor3D;
}

const inner = (a: tf.Tensor3D): tf.Tensor3D => tf.matMul(a, a, false, true);

/** Squared norms of every row's dA and dB together, [rows]. */
const ghostNorms = ({ x, hidden, dHidden, dy }: Kept): tf.Tensor1D =>
  tf.add(tf.sum(tf.mul(inner(x), inner(dHidden)), [1, 2]), tf.sum(tf.mul(inner(dy), inner(hidden)), [1, 2]));

function withGhostNorms(model: TaskModel, adapter: OwnedAdapter, rows: readonly Example[]): readonly tf.Tensor[] {
  const kept: Kept[] = [];
  const untapped = { alone: LINEAR_KERNELS.wasm, joint: { ...wasmJointLinear } };
  LINEAR_KERNELS.wasm = tappedAlone(rows.length, kept);
  Object.assign(wasmJointLinear, tappedJoint(rows.length, kept));
  try {
    return tf.tidy(() => {
      tf.variableGrads(() => model.loss(rows, adapter, PASS), [...adapter.variables]);
      // The loss is the mean over the rows.
      const norms = tf.mul(tf.sqrt(tf.addN(kept.map(ghostNorms))), rows.length);
      const factors = tf.mul(tf.minimum(1, tf.div(CLIP, norms)), rows.length).reshape([rows.length, 1, 1]);
      const byB = new Map(kept.map((each) => [each.b, each]));
      return [...adapter.factors.values()].flatMap(({ b }) => {
        const of = byB.get(b.dataId);
        if (!of) throw new Error("A layer was not passed");
        const flat = (tensor: tf.Tensor): tf.Tensor2D => tensor.reshape([-1, tensor.shape.at(-1) ?? 1]);
        const dA = tf.matMul(flat(tf.mul(of.dHidden, factors)), flat(of.x), true, false);
        const dB = tf.transpose(tf.matMul(flat(tf.mul(of.hidden, factors)), flat(of.dy), true, false));
        return [dA, dB];
      });
    });
  } finally {
    LINEAR_KERNELS.wasm = untapped.alone;
    Object.assign(wasmJointLinear, untapped.joint);
    tf.dispose(kept.flatMap(({ x, hidden, dHidden, dy }) => [x, hidden, dHidden, dy]));
  }
}

/** Keeps what the gradients of the factors are made of, in place of these. */
function keep(rows: number, kept: Kept[], dy: tf.Tensor2D, { factors, scale }: Adapted, x: tf.Tensor2D, hidden: tf.Tensor2D) {
  const byRow = (tensor: tf.Tensor2D): tf.Tensor3D => tf.keep(tf.clone(tensor).reshape<tf.Tensor3D>([rows, -1, tensor.shape[1]]));
  const dHidden = tf.matMul(dy, factors.b).mul<tf.Tensor2D>(scale);
  kept.push({ b: factors.b.dataId, x: byRow(x), hidden: byRow(hidden), dHidden: byRow(dHidden), dy: byRow(dy) });
  return { dHidden, none: [tf.zerosLike(factors.a), tf.zerosLike(factors.b)] as const };
}

function tappedAlone(rows: number, kept: Kept[]): LoraLinearKernel {
  return {
    ...wasmLoraLinear,
    adaptedBackward(dy, frozen, adapted, { x, hidden }) {
      const { dHidden, none } = keep(rows, kept, dy, adapted, x, hidden);
      return [tf.add(wasmLoraLinear.frozenBackward(dy, frozen), tf.matMul(dHidden, adapted.factors.a)), ...none];
    },
  };
}

function tappedJoint(rows: number, kept: Kept[]): JointLinearKernel {
  return {
    forward: wasmJointLinear.forward,
    backward(dy, frozen, adapted, { x, hidden, withInput }) {
      const inputs: tf.Tensor2D[] = [];
      const factors: tf.Tensor2D[] = [];
      let start = 0;
      for (const [i, linear] of frozen.entries()) {
        const own = tf.slice(dy, [0, start], [dy.shape[0], linear.weight.shape[0]]);
        start += linear.weight.shape[0];
        if (withInput) inputs.push(wasmLoraLinear.frozenBackward(own, linear));
        const [part, inner] = [adapted[i], hidden[i]];
        if (!part || !inner) continue;
        const { dHidden, none } = keep(rows, kept, own, part, x, inner);
        if (withInput) inputs.push(tf.matMul(dHidden, part.factors.a));
        factors.push(...none);
      }
      return { x: withInput ? (tf.addN(inputs) as tf.Tensor2D) : null, factors };
    },
  };
}
