/**
 * The best adapter of a given rank for an update that is given as factors, without forming the [out, in] product:
 * B = Q_b R_b and A^T = Q_a R_a, SVD of the small core R_b R_a^T, singular vectors carried back (as FLoRIST, 2026). Pure.
 */
import { type Matrix, QrDecomposition, Matrix as RealMatrix, SingularValueDecomposition } from "ml-matrix";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { factorAKey, factorBKey, isPrototypes } from "./adapterLayout.ts";

/** U [out, r] (orthonormal columns), singular values (falling, length r), V [in, r]. */
export interface ThinSvd {
  readonly u: Matrix;
  readonly singular: readonly number[];
  readonly v: Matrix;
}

/** SVD of B A for B [out, R], A [R, in]; r is at most min(out, in, R). */
export function thinSvd(b: HostTensor, a: HostTensor): ThinSvd {
  const left = orthonormal(matrixOf(b));
  const right = orthonormal(matrixOf(a).transpose());
  const svd = new SingularValueDecomposition(left.r.mmul(right.r.transpose()), { autoTranspose: true });
  return {
    u: left.q.mmul(svd.leftSingularVectors),
    singular: svd.diagonal,
    v: right.q.mmul(svd.rightSingularVectors),
  };
}

/**
 * The adapter of exactly `rank` whose update is nearest to this wider adapter's (Eckart and Young): B = U S, A = V^T, as FlexLoRA
 * hands them out. Ranks beyond what the update has are zero in B.
 */
export function truncateRank(adapter: NamedTensors, rank: number): NamedTensors {
  return perModule(adapter, (a, b) => {
    const { u, singular, v } = thinSvd(b, a);
    const [outFeatures = 0] = b.shape;
    const [, inFeatures = 0] = a.shape;
    const kept = Math.min(rank, singular.length);
    const nextA = new Float32Array(rank * inFeatures);
    const nextB = new Float32Array(outFeatures * rank);
    for (let k = 0; k < kept; k++) {
      for (let column = 0; column < inFeatures; column++) nextA[k * inFeatures + column] = v.get(column, k);
      for (let row = 0; row < outFeatures; row++) nextB[row * rank + k] = u.get(row, k) * (singular[k] ?? 0);
    }
    return { a: { shape: [rank, inFeatures], data: nextA }, b: { shape: [outFeatures, rank], data: nextB } };
  });
}

/** Applies a change of both factors to every module. */
function perModule(
  adapter: NamedTensors,
  change: (a: HostTensor, b: HostTensor) => { readonly a: HostTensor; readonly b: HostTensor },
): NamedTensors {
  const entries: [string, HostTensor][] = [];
  for (const [key, a] of adapter) {
    if (isPrototypes(key)) entries.push([key, a]);
    if (!key.endsWith(factorAKey(""))) continue;
    const module = key.slice(0, -factorAKey("").length);
    const b = adapter.get(factorBKey(module));
    if (!b) throw new RangeError(`truncateRank: ${factorBKey(module)} is missing`);
    const changed = change(a, b);
    entries.push([key, changed.a], [factorBKey(module), changed.b]);
  }
  return new Map(entries);
}

/** M = Q R with orthonormal columns of Q. A matrix wider than it is high is its own R. */
function orthonormal(matrix: Matrix): { readonly q: Matrix; readonly r: Matrix } {
  if (matrix.rows < matrix.columns) return { q: RealMatrix.eye(matrix.rows), r: matrix };
  const qr = new QrDecomposition(matrix);
  return { q: qr.orthogonalMatrix, r: qr.upperTriangularMatrix };
}

function matrixOf({ shape, data }: HostTensor): Matrix {
  const [rows = 0, columns = 0] = shape;
  return RealMatrix.from1DArray(rows, columns, data);
}
