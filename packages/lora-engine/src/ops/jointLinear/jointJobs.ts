/**
 * WGSL of jointLinear.webgpu.ts. All widths and ranks are multiples of 4, so everything is read four numbers at a time: `rows` is N,
 * `inputs` and `outputs` are in / 4 and S / 4, `ranks` is the sum of all R / 4. Inner values x A^T of all modules lie side by side,
 * [N, sum of R].
 */
import type * as tf from "@tensorflow/tfjs";
import type { FrozenLinear } from "../frozenLinear.ts";
import type { LoraFactors } from "../loraLinear/loraUpdate.ts";
import type { Input } from "../webgpu/compute.ts";
import { isHalved } from "../webgpu/halves.ts";
import { JOB_THREADS, type Job } from "../webgpu/jobs.ts";
import { matrixInputs } from "../webgpu/product.ts";
import { accumulate, readerOf, type TermShape } from "../webgpu/productShader.ts";
import { tileRowsOf } from "../webgpu/tiles.ts";
import { repeat } from "../webgpu/wgsl.ts";

/** A module with an update. */
export interface Part {
  readonly factors: LoraFactors;
  readonly scale: number;
  /** Its first column of y. */
  readonly from: number;
  readonly outFeatures: number;
  readonly rank: number;
  /** Of its first inner value in a row of them. */
  readonly inner: number;
}

export interface Joint {
  readonly x: tf.Tensor2D;
  readonly frozen: FrozenLinear;
  readonly parts: readonly Part[];
}

type Buffers = Record<string, Input>;

export const innerWidth = (parts: readonly Part[]): number => parts.reduce((sum, { rank }) => sum + rank, 0);

/** What all jobs of a layer share: equal names, equal numbers. */
function sizes({ x, frozen, parts }: Joint): Record<string, number> {
  const [outputs, inputs] = frozen.weight.shape;
  const quads = parts.map(({ from, outFeatures, rank, inner }, p): [string, number][] => [
    [`from${p}`, from / 4],
    [`width${p}`, outFeatures / 4],
    [`inner${p}`, inner / 4],
    [`rank${p}`, rank / 4],
  ]);
  return {
    rows: x.shape[0],
    inputs: inputs / 4,
    outputs: outputs / 4,
    ranks: innerWidth(parts) / 4,
    ...Object.fromEntries(quads.flat()),
  };
}

const scales = ({ parts }: Joint) => Object.fromEntries(parts.map(({ scale }, p) => [`scale${p}`, scale]));

const factorBuffers = ({ parts }: Joint, which: "a" | "b"): Buffers =>
  Object.fromEntries(parts.map(({ factors }, p) => [`${which}${p}`, [factors[which], "vec4f"]]));

const tiles = (rows: number, height: number, columns: number) => Math.ceil(rows / (8 * height)) * Math.ceil(columns / 32);

/** Registers row0, row1, .. and quad0 of a thread, and its sums. Threads at the edge read the last row again. */
function tile(height: number, quads: string): string {
  return `
  let across = (${quads} + 7u) / 8u;
  let top = (group / across * 8u + lane / 8u) * ${height}u;
  let quad0 = group % across * 8u + lane % 8u;
  if (top >= u.rows || quad0 >= ${quads}) { return; }
  ${repeat(height, (i) => `let row${i} = min(top + ${i}u, u.rows - 1u); var sum${i}_0 = vec4f();`)}`;
}

const stored = (height: number, line: (i: number) => string) => repeat(height, (i) => `if (top + ${i}u < u.rows) { ${line(i)} }`);

const COMPONENTS = ["x", "y", "z", "w"] as const;

/** The first part for which `test` holds does its work. */
const chosen = (parts: readonly Part[], test: (p: number) => string, work: (p: number) => string) =>
  parts.map((_, p) => `if (${test(p)}) { ${work(p)} }`).join(" else ");

const innerTest = (p: number, quad: string) => `${quad} < u.inner${p} + u.rank${p}`;

/** hidden [N, sum of R] = scale x A^T */
export function innerJob(joint: Joint): Job {
  const { x, parts } = joint;
  const rows = x.shape[0];
  const width = innerWidth(parts);
  const height = rows < 4 ? 1 : 4;
  return {
    key: `inner ${height} x ${parts.length}`,
    outputs: { hidden: [[rows, width], "vec4f"] },
    inputs: { left0: [x, "vec4f"], ...factorBuffers(joint, "a") },
    sizes: sizes(joint),
    numbers: scales(joint),
    groups: tiles(rows, height, width),
    body: () => `${tile(height, "u.ranks")}
  ${chosen(
    parts,
    (p) => innerTest(p, "quad0"),
    (p) => `
    let first = (quad0 - u.inner${p}) * 4u;
    for (var k = 0u; k < u.inputs; k++) {
      ${repeat(4, (c) => `let w${c} = a${p}[(first + ${c}u) * u.inputs + k];`)}
      ${repeat(height, (i) => `{ let v = left0[row${i} * u.inputs + k]; sum${i}_0 += u.scale${p} * vec4f(${dots("v")}); }`)}
    }`,
  )}
  ${stored(height, (i) => `hidden[row${i} * u.ranks + quad0] = sum${i}_0;`)}`,
  };
}

const dots = (value: string) => COMPONENTS.map((_, c) => `dot(${value}, w${c})`).join(", ");

function term(form: "nt" | "nn", { frozen }: Joint): TermShape {
  const shape = { form, wide: true, format: frozen.weight.format };
  return { ...shape, masked: false, halved: isHalved(shape) };
}

/** y [N, S] = x W^T + bias + hidden B^T */
export function valueJob(joint: Joint, hidden: tf.Tensor): Job {
  const { x, frozen, parts } = joint;
  const [rows, columns] = [x.shape[0], frozen.weight.shape[0]];
  const height = tileRowsOf(rows, columns);
  const biased = frozen.bias !== null;
  const matrix = matrixInputs(frozen.weight);
  return {
    key: `joint ${height} x ${parts.length} ${frozen.weight.format} ${biased ? "b" : ""}`,
    outputs: { y: [[rows, columns], "vec4f"] },
    inputs: {
      left0: [x, "vec4f"],
      ...matrix.inputs,
      hidden: [hidden, "vec4f"],
      ...factorBuffers(joint, "b"),
      ...(frozen.bias && { bias: [frozen.bias, "vec4f"] }),
    },
    sizes: { ...sizes(joint), depth0: x.shape[1], firstRow0: matrix.firstRow0 },
    groups: tiles(rows, height, columns),
    functions: () => [readerOf(term("nt", joint), 0)],
    body: () => `${tile(height, "u.outputs")}
  ${accumulate(term("nt", joint), 0, height, 1, (line) => repeat(height, (i) => line(i, 0)))}
  ${chosen(
    parts,
    (p) => `quad0 >= u.from${p} && quad0 < u.from${p} + u.width${p}`,
    (p) => `
    let first = (quad0 - u.from${p}) * 4u;
    for (var k = 0u; k < u.rank${p}; k++) {
      ${repeat(4, (c) => `let w${c} = b${p}[(first + ${c}u) * u.rank${p} + k];`)}
      ${repeat(height, (i) => `{ let v = hidden[row${i} * u.ranks + u.inner${p} + k]; sum${i}_0 += vec4f(${dots("v")}); }`)}
    }`,
  )}
  ${stored(height, (i) => `y[row${i} * u.outputs + quad0] = sum${i}_0${biased ? " + bias[quad0]" : ""};`)}`,
  };
}

/** dHidden [N, sum of R] = scale dy B */
export function innerGradientJob(joint: Joint, dy: tf.Tensor2D): Job {
  const { x, parts } = joint;
  const rows = x.shape[0];
  const width = innerWidth(parts);
  const height = rows < 4 ? 1 : 4;
  return {
    key: `inner gradient ${height} x ${parts.length}`,
    outputs: { dHidden: [[rows, width], "vec4f"] },
    inputs: { dy: [dy, "vec4f"], ...factorBuffers(joint, "b") },
    sizes: sizes(joint),
    numbers: scales(joint),
    groups: tiles(rows, height, width),
    body: () => `${tile(height, "u.ranks")}
  ${chosen(
    parts,
    (p) => innerTest(p, "quad0"),
    (p) => `
    let column = quad0 - u.inner${p};
    for (var k = 0u; k < u.width${p}; k++) {
      ${repeat(4, (c) => `let w${c} = u.scale${p} * b${p}[(4u * k + ${c}u) * u.rank${p} + column];`)}
      ${repeat(height, (i) => `{ let v = dy[row${i} * u.outputs + u.from${p} + k]; sum${i}_0 += ${weighted("v")}; }`)}
    }`,
  )}
  ${stored(height, (i) => `dHidden[row${i} * u.ranks + quad0] = sum${i}_0;`)}`,
  };
}

const weighted = (value: string) => COMPONENTS.map((name, c) => `${value}.${name} * w${c}`).join(" + ");

/** dx [N, in] = dy W + dHidden A */
export function inputGradientJob(joint: Joint, dy: tf.Tensor2D, dHidden: tf.Tensor): Job {
  const { x, frozen, parts } = joint;
  const [rows, columns] = x.shape;
  const height = tileRowsOf(rows, columns);
  const matrix = matrixInputs(frozen.weight);
  return {
    key: `joint input gradient ${height} x ${parts.length} ${frozen.weight.format}`,
    outputs: { dx: [[rows, columns], "vec4f"] },
    inputs: {
      left0: [dy, "vec4f"],
      ...matrix.inputs,
      dHidden: [dHidden, "vec4f"],
      ...factorBuffers(joint, "a"),
    },
    sizes: { ...sizes(joint), depth0: frozen.weight.shape[0], firstRow0: matrix.firstRow0 },
    groups: tiles(rows, height, columns),
    functions: () => [readerOf(term("nn", joint), 0)],
    body: () => `${tile(height, "u.inputs")}
  let quads = u.inputs;
  ${accumulate(term("nn", joint), 0, height, 1, (line) => repeat(height, (i) => line(i, 0)))}
  ${parts
    .map(
      (_, p) => `
  for (var k = 0u; k < u.rank${p}; k++) {
    ${repeat(4, (c) => `let w${c} = a${p}[(4u * k + ${c}u) * quads + quad0];`)}
    ${repeat(height, (i) => `{ let v = dHidden[row${i} * u.ranks + u.inner${p} + k]; sum${i}_0 += ${weighted("v")}; }`)}
  }`,
    )
    .join("\n")}
  ${stored(height, (i) => `dx[row${i} * u.inputs + quad0] = sum${i}_0;`)}`,
  };
}

/** Threads that share the tokens of a tile of 4 x 4 sums, and tiles of a workgroup. */
const SHARES = 16;
const TILES = JOB_THREADS / SHARES;

/**
 * A tile of 4 x 4 sums over all tokens: threads take every 16th token each, and four of them add up the shares in order, one row
 * each. `tile` is the workgroup's number of it; sums are those of quad `l` of a row of `left` with quad `r` of one of `right`.
 */
const sharedSums = (name: string, left: string, right: string) => `
fn ${name}(lane: u32, l: u32, lefts: u32, r: u32, rights: u32) -> vec4f {
  ${repeat(4, (i) => `var sum${i} = vec4f();`)}
  for (var n = lane % ${SHARES}u; n < u.rows; n += ${SHARES}u) {
    let a = ${left}[n * lefts + l];
    let b = ${right}[n * rights + r];
    ${COMPONENTS.map((c, i) => `sum${i} += a.${c} * b;`).join(" ")}
  }
  ${repeat(4, (i) => `shares[lane * 4u + ${i}u] = sum${i};`)}
  workgroupBarrier();
  var sum = vec4f();
  let first = lane / ${SHARES}u * ${SHARES}u;
  for (var s = 0u; s < ${SHARES}u; s++) { sum += shares[(first + s) * 4u + lane % 4u]; }
  return sum;
}`;

const SHARED = `var<workgroup> shares: array<vec4f, ${JOB_THREADS * 4}>;`;

/** dA [R, in] = dHidden^T x of every module */
export function aGradientJob(joint: Joint, dHidden: tf.Tensor): Job {
  const { x, parts } = joint;
  const columns = x.shape[1];
  return {
    key: `A gradient ${parts.length}`,
    outputs: Object.fromEntries(parts.map(({ rank }, p) => [`dA${p}`, [[rank, columns], "vec4f"] as const])),
    inputs: { dHidden: [dHidden, "vec4f"], x: [x, "vec4f"] },
    sizes: sizes(joint),
    groups: Math.ceil((innerWidth(parts) * columns) / (16 * TILES)),
    functions: () => [SHARED, sharedSums("aSums", "dHidden", "x")],
    body: () => `
  let last = u.ranks * u.inputs - 1u;
  let at = group * ${TILES}u + lane / ${SHARES}u;
  let quad = min(at, last) / u.inputs;
  let column = min(at, last) % u.inputs;
  let sum = aSums(lane, quad, u.ranks, column, u.inputs);
  if (at > last || lane % ${SHARES}u >= 4u) { return; }
  ${chosen(
    parts,
    (p) => innerTest(p, "quad"),
    (p) => `dA${p}[((quad - u.inner${p}) * 4u + lane % 4u) * u.inputs + column] = sum;`,
  )}`,
  };
}

/** dB [out, R] = dy^T hidden of every module */
export function bGradientJob(joint: Joint, dy: tf.Tensor2D, hidden: tf.Tensor): Job {
  const { parts } = joint;
  const tileCounts = parts.map(({ outFeatures, rank }) => (outFeatures * rank) / 16);
  const place = (p: number) => `
    let quad = at / u.rank${p};
    let column = at % u.rank${p};`;
  return {
    key: `B gradient ${parts.length}`,
    outputs: Object.fromEntries(parts.map(({ outFeatures, rank }, p) => [`dB${p}`, [[outFeatures, rank], "vec4f"] as const])),
    inputs: { dy: [dy, "vec4f"], hidden: [hidden, "vec4f"] },
    sizes: sizes(joint),
    groups: Math.ceil(tileCounts.reduce((sum, count) => sum + count, 0) / TILES),
    functions: () => [SHARED, sharedSums("bSums", "dy", "hidden")],
    body: () => `
  var at = group * ${TILES}u + lane / ${SHARES}u;
  var part = 0u;
  ${repeat(parts.length, (p) => `if (part == ${p}u && at >= u.width${p} * u.rank${p}) { at -= u.width${p} * u.rank${p}; part = ${p + 1}u; }`)}
  var left = 0u;
  var right = 0u;
  ${chosen(
    parts,
    (p) => `part == ${p}u`,
    (p) => `${place(p)} left = u.from${p} + quad; right = u.inner${p} + column;`,
  )}
  let sum = bSums(lane, left, u.outputs, right, u.ranks);
  if (lane % ${SHARES}u >= 4u) { return; }
  ${chosen(
    parts,
    (p) => `part == ${p}u`,
    (p) => `${place(p)} dB${p}[(quad * 4u + lane % 4u) * u.rank${p} + column] = sum;`,
  )}`,
  };
}
