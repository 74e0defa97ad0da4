/**
 * Matrix products for WebGPU: y [M, N] = scale * sum of terms L R, plus a bias per column. Operands are read where they lie: a
 * term says how its two matrices are stored, so nothing is ever transposed.
 *   "nt": L [M, K], R [N, K]   (x W^T with a weight [out, in])
 *   "nn": L [M, K], R [K, N]   (dy W)
 *   "tn": L [K, M], R [K, N]   (dy^T x)
 * A thread sums one tile in registers, without barriers and in a fixed order, so that results never vary.
 */
import * as tf from "@tensorflow/tfjs";
import { type FrozenMatrix, plainMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { compute, type Element, type Input } from "./compute.ts";
import { isHalved } from "./halves.ts";
import { windowOf } from "./matrixWindow.ts";
import { scalarProduct, type TermShape, type Tile, tiledProduct, WORDS } from "./productShader.ts";
import { tileRowsOf } from "./tiles.ts";

export interface Term {
  readonly form: TermShape["form"];
  readonly left: tf.Tensor2D;
  /** Packed ones have rows and columns that are multiples of 4. */
  readonly right: tf.Tensor2D | FrozenMatrix;
  /** Multiplies what was summed up to and including this term, element by element, [M, N]. */
  readonly mask?: tf.Tensor2D | undefined;
}

export interface ProductOptions {
  /** [N] */
  readonly bias?: tf.Tensor1D | null;
  /** Of the sum of all terms. */
  readonly scale?: number;
}

/** Threads of a workgroup along each axis. */
const GROUP = 8;

/** y [M, N], which belongs to the surrounding tidy. At least one term. */
export function product(terms: readonly Term[], { bias = null, scale = 1 }: ProductOptions = {}): tf.Tensor2D {
  const { rows, columns } = outer(terms);
  const tile = tileFor(rows, columns, terms);
  const shapes = terms.map((term) => shapeOf(term, tile !== null));
  const output: Element = tile ? "vec4f" : "f32";
  const inputs = terms.flatMap((term, i) => inputsOf(term, i, tile !== null));
  const { y } = compute({
    key: ["product", ...shapes.map(keyOf), bias ? "b" : "", tile?.join("x")].join(" "),
    outputs: { y: [[rows, columns], output] },
    inputs: Object.fromEntries([...inputs, ...(bias ? [["bias", [bias, output]] as const] : [])]),
    sizes: {
      rows,
      columns,
      ...Object.fromEntries(terms.map((term, i) => [`depth${i}`, depthOf(term)])),
      ...Object.fromEntries(terms.map(({ right }, i) => [`firstRow${i}`, windowOf(matrixOf(right)).firstRow])),
    },
    numbers: { scale },
    workgroups: [Math.ceil(columns / (GROUP * (tile?.[1] ?? 1))), Math.ceil(rows / (GROUP * (tile?.[0] ?? 1)))],
    source: () => (tile ? tiledProduct(shapes, bias !== null, tile, GROUP) : scalarProduct(shapes, bias !== null, GROUP)),
  });
  return y.as2D(rows, columns);
}

const matrixOf = (right: Term["right"]): FrozenMatrix => (right instanceof tf.Tensor ? plainMatrix(right) : right);

function shapeOf(term: Term, tiled: boolean): TermShape {
  const { format } = matrixOf(term.right);
  const shape = { form: term.form, wide: depthOf(term) % 4 === 0, format };
  return { ...shape, masked: term.mask !== undefined, halved: tiled && isHalved(shape) };
}

const keyOf = ({ form, wide, masked, format, halved }: TermShape) =>
  `${form}${wide ? 4 : 1}${masked ? "m" : ""}${halved ? "h" : ""} ${format}`;

function inputsOf(term: Term, i: number, tiled: boolean): [name: string, input: Input][] {
  const { form, left, mask } = term;
  const matrix = matrixOf(term.right);
  const { format, stored, scales } = matrix;
  const window = windowOf(matrix);
  const wide = tiled && (form === "tn" || depthOf(term) % 4 === 0);
  const plain: Element = wide || (tiled && form === "nn") ? "vec4f" : "f32";
  return [
    [`left${i}`, [left, wide ? "vec4f" : "f32"]],
    [`right${i}`, [stored, format === "f32" ? plain : WORDS[format], window.stored]],
    ...(scales ? [[`scales${i}`, [scales, "f32", window.scales]] satisfies [string, Input]] : []),
    ...(mask ? [[`mask${i}`, [mask, tiled ? "vec4f" : "f32"]] satisfies [string, Input]] : []),
  ];
}

/** A matrix as the shader's `right0`, read so many values at a time, and the size that comes with it. */
export function matrixInputs(matrix: FrozenMatrix, lanes: "vec4f" | "f32" = "vec4f") {
  const { format, stored, scales } = matrix;
  const window = windowOf(matrix);
  const inputs: Record<string, Input> = {
    right0: [stored, format === "f32" ? lanes : WORDS[format], window.stored],
    ...(scales && { scales0: [scales, "f32", window.scales] satisfies Input }),
  };
  return { inputs, firstRow0: window.firstRow };
}

function outer(terms: readonly Term[]): { readonly rows: number; readonly columns: number } {
  const [first] = terms;
  if (!first) throw new RangeError("product: there is no term");
  const { form, left, right } = first;
  return { rows: left.shape[form === "tn" ? 1 : 0], columns: right.shape[form === "nt" ? 0 : 1] };
}

function depthOf({ form, left }: Term): number {
  return left.shape[form === "tn" ? 0 : 1];
}

/** Null where four columns do not fit together. */
function tileFor(rows: number, columns: number, terms: readonly Term[]): Tile | null {
  const isTurned = terms.some(({ form }) => form === "tn");
  if (columns % 4 !== 0 || (rows % 4 !== 0 && isTurned)) return null;
  const height = tileRowsOf(rows, columns);
  // A "tn" term reads four rows at once.
  return [isTurned && rows >= 4 ? Math.max(4, height) : height, 4];
}
