/** Plain loops in float64: the oracle of attention.ts. q [B, H, Tq, Dh], k and v [B, Hkv, Tk, Dh], row-major. */

export interface AttentionShape {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly scale: number;
  /** Additive mask of query i on key j in row `row` of the batch. */
  readonly bias: (row: number, i: number, j: number) => number;
}

export interface AttentionValues {
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
}

/** out_i = sum_j p_ij v_j */
export function attentionForward({ q, k, v }: AttentionValues, shape: AttentionShape): Float64Array {
  const out = new Float64Array(q.length);
  eachQuery({ q, k, v }, shape, (queryAt, keyAt, weights) => {
    weights.forEach((p, j) => {
      for (let d = 0; d < shape.width; d++) out[queryAt + d]! += p * v[keyAt(j) + d]!;
    });
  });
  return out;
}

/** dv_j = sum_i p_ij dy_i;  ds_ij = p_ij (dy_i.v_j - sum_l p_il dy_i.v_l);  dq_i = scale sum_j ds_ij k_j;  dk_j alike. */
export function attentionGradients(
  { q, k, v }: AttentionValues,
  shape: AttentionShape,
  dy: Float64Array,
): [Float64Array, Float64Array, Float64Array] {
  const dq = new Float64Array(q.length);
  const dk = new Float64Array(k.length);
  const dv = new Float64Array(v.length);
  eachQuery({ q, k, v }, shape, (queryAt, keyAt, weights) => {
    const dWeights = weights.map((_, j) => dot(dy, queryAt, v, keyAt(j), shape.width));
    const mean = weights.reduce((sum, p, j) => sum + p * dWeights[j]!, 0);
    weights.forEach((p, j) => {
      const dScore = shape.scale * p * (dWeights[j]! - mean);
      for (let d = 0; d < shape.width; d++) {
        dv[keyAt(j) + d]! += p * dy[queryAt + d]!;
        dq[queryAt + d]! += dScore * k[keyAt(j) + d]!;
        dk[keyAt(j) + d]! += dScore * q[queryAt + d]!;
      }
    });
  });
  return [dq, dk, dv];
}

/** Visits every query with its offset, the offset of key j of its group, and its softmax weights over the keys. */
function eachQuery(
  { q, k }: AttentionValues,
  { batch, heads, keyHeads, queries, keys, width, scale, bias }: AttentionShape,
  visit: (queryAt: number, keyAt: (j: number) => number, weights: Float64Array) => void,
): void {
  for (let row = 0; row < batch; row++) {
    for (let head = 0; head < heads; head++) {
      const keyHead = row * keyHeads + Math.floor(head / (heads / keyHeads));
      const keyAt = (j: number) => (keyHead * keys + j) * width;
      for (let i = 0; i < queries; i++) {
        const queryAt = ((row * heads + head) * queries + i) * width;
        const scores = Float64Array.from(
          { length: keys },
          (_, j) => scale * dot(q, queryAt, k, keyAt(j), width) + bias(row, i, j),
        );
        const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const total = exponentials.reduce((sum, value) => sum + value, 0);
        visit(
          queryAt,
          keyAt,
          exponentials.map((value) => value / total),
        );
      }
    }
  }
}

function dot(x: Float64Array, xAt: number, y: Float64Array, yAt: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += x[xAt + d]! * y[yAt + d]!;
  return sum;
}
