/**
 * Pieces of words out of the gradient of the first module's A, which is a sum over all tokens that were read: dA = sum_t c_t x_t. Its R rows lie in
 * the span of the tokens' vectors, and these are known for every piece and position. Up to R tokens the span is that of the rows, and each piece is
 * checked for itself (the span check of Petrov et al. 2024, arXiv 2405.15586); of more, tokens are found one after the other, each explaining what those before
 * it left over (rank-aware order recursive matching pursuit, Davies and Eldar 2012, arXiv 1004.4529). Differs from papers: R is that of LoRA, and the
 * vectors that all pieces of a position have in common are taken out beforehand, since they tell of none.
 */
import { dot, type FirstInputs } from "./firstInputs.ts";

/** Of its length, what a vector has to have beside those before it, or it counts as explained by them. */
const NEW_SHARE = 0.1;
/** The same of rows of a gradient, whose smallest part may tell of a token. */
const ROUNDING = 1e-4;
/** Pieces whose mean stands for that of all. */
const SAMPLED = 400;

export interface FoundPieces {
  /** In the order in which they were found; a piece once. */
  readonly found: readonly number[];
  /** For every piece, how much speaks for it: those that were found come first, in their order. */
  readonly scores: Float64Array;
}

/** `rows` are those of dA, up to any factor; at most so many tokens are looked for. */
export function piecesIn(rows: readonly Float64Array[], inputs: FirstInputs, tokens: number): FoundPieces {
  const known = [...commonOf(inputs)];
  let left = rows.map((row) => without(row, known));
  const longest = Math.max(...left.map(lengthOf));
  const free = subtracted(inputs.lengths, inputs.energies(known));
  const found: number[] = [];
  let first: Float64Array | null = null;
  for (let step = 0; step < tokens; step++) {
    const basis = orthonormal(
      left.filter((row) => lengthOf(row) > ROUNDING * longest),
      ROUNDING,
    );
    if (basis.length === 0) break;
    const shares = inputs.energies(basis).map((energy, at) => {
      const length = free[at] as number;
      return length > NEW_SHARE ** 2 * (inputs.lengths[at] as number) ? energy / length : 0;
    });
    first ??= shares;
    const at = shares.reduce((best, share, i) => (share > (shares[best] as number) ? i : best), 0);
    const direction = unit(without(inputs.vector(Math.floor(at / inputs.positions), at % inputs.positions), known));
    known.push(direction);
    left = left.map((row) => without(row, [direction]));
    const explained = inputs.energies([direction]);
    for (let i = 0; i < free.length; i++) free[i] = (free[i] as number) - (explained[i] as number);
    found.push(Math.floor(at / inputs.positions));
  }
  const distinct = [...new Set(found)];
  const best = bestByPiece(first ?? new Float64Array(free.length), inputs);
  // A share is 1 at most.
  for (const [order, piece] of distinct.entries()) best[piece] = 2 - order / (tokens + 1);
  return { found: distinct, scores: best };
}

/**
 * The same where B is still zero, so that A has no gradient: dB = sum_t d_t (A x_t), whose rows lie in the span of the A x_t. `rows` are those of dB, `a` those
 * of A. R tokens span everything, so that there is something to be told below that alone.
 */
export function piecesBehindA(rows: readonly Float64Array[], a: readonly Float64Array[], inputs: FirstInputs): Float64Array {
  const basis = orthonormal(rows, ROUNDING);
  const combined = basis.map((row) =>
    a.reduce((sum, values, j) => sum.map((value, i) => value + (row[j] ?? 0) * (values[i] ?? 0)), new Float64Array(inputs.width)),
  );
  const whole = inputs.energies(a);
  return bestByPiece(
    inputs.energies(combined).map((energy, at) => energy / ((whole[at] as number) || 1)),
    inputs,
  );
}

/** For every inputs what its vectors have in common by position, orthonormal. Found once. */
const commons = new WeakMap<FirstInputs, readonly Float64Array[]>();

function commonOf(inputs: FirstInputs): readonly Float64Array[] {
  const known = commons.get(inputs);
  if (known) return known;
  const step = Math.max(1, Math.floor(inputs.pieces / SAMPLED));
  const means = Array.from({ length: inputs.positions }, (_, position) => {
    const sum = new Float64Array(inputs.width);
    for (let piece = 0; piece < inputs.pieces; piece += step) {
      inputs.vector(piece, position).forEach((value, i) => {
        sum[i] = (sum[i] as number) + value;
      });
    }
    return sum;
  });
  const made = orthonormal(means);
  commons.set(inputs, made);
  return made;
}

/** Of each piece at its best position. */
function bestByPiece(shares: Float64Array, { pieces, positions }: FirstInputs): Float64Array {
  return Float64Array.from({ length: pieces }, (_, piece) =>
    Math.max(...shares.subarray(piece * positions, (piece + 1) * positions)),
  );
}

/** Gram and Schmidt; vectors that are nearly in the span of those before are left out. */
function orthonormal(vectors: readonly Float64Array[], newShare = NEW_SHARE): readonly Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = without(without(vector, basis), basis);
    if (lengthOf(rest) > newShare * lengthOf(vector)) basis.push(unit(rest));
  }
  return basis;
}

function without(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(vector);
  for (const direction of basis) {
    const along = dot(rest, direction);
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - along * (direction[i] as number);
  }
  return rest;
}

const lengthOf = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));
const unit = (vector: Float64Array): Float64Array => {
  const length = lengthOf(vector) || 1;
  return vector.map((value) => value / length);
};
const subtracted = (from: Float64Array, what: Float64Array): Float64Array => from.map((value, i) => value - (what[i] as number));
