/**
 * Attention with grouped keys, forward and backward; see ops/attention. One key head at a time: the queries of its group are rows
 * of one matrix. Rows are taken in blocks, so that scores need little room, and are computed again in the backward pass.
 */
import { exp, ln } from "./functions";
import { F32 } from "./precision";
import { dot, product, productScratchBytes } from "./product";
import { transpose } from "./rows";
import { loadLanes, storeLanes } from "./simd";
import { exponentials, largestIn } from "./softmax";

/** Query rows of a block. */
const BLOCK: i32 = 120;

/** Bytes that {@link attention} and {@link attentionGradient} need beside their arguments. */
export function attentionScratchBytes(keys: i32, width: i32): i32 {
  const products = max(
    max(productScratchBytes(width, 0, keys), productScratchBytes(keys, 0, width)),
    productScratchBytes(BLOCK, 0, width),
  );
  return products + 3 * ((BLOCK * keys * 4 + 15) & ~15);
}

/** The bytes between scores of the batch's rows, heads, queries and keys in the bias; 0 where it is the same for all. */
@inline
function biasRow(bias: usize, head: i32, i: i32, headStride: i32, queryStride: i32): usize {
  return bias ? bias + head * headStride + i * queryStride : 0;
}

/** scores = scores * scale + bias */
@inline
function biased(scores: usize, keys: i32, scale: f32, bias: usize, keyStride: i32): void {
  const factor = f32x4.splat(scale);
  for (let j = 0; j < keys; j += 4) {
    const at = scores + (j << 2), lanes = keys - j;
    let v = f32x4.mul(loadLanes(at, lanes), factor);
    if (bias) v = f32x4.add(v, keyStride ? loadLanes(bias + (j << 2), lanes) : v128.load32_splat(bias));
    storeLanes(at, v, lanes);
  }
}

/**
 * q and out [batch, heads, queries, width], k and v [batch, keyHeads, keys, width], logTotals [batch, heads, queries]; of its
 * batch x keyHeads parts [first, last).
 */
export function attention(
  q: usize, k: usize, v: usize, first: i32, last: i32, heads: i32, keyHeads: i32, queries: i32, keys: i32, width: i32,
  scale: f32, bias: usize, rowStride: i32, headStride: i32, queryStride: i32, keyStride: i32,
  out: usize, logTotals: usize, scratch: usize,
): void {
  const group = heads / keyHeads, folded = group * queries;
  const scores = scratch, room = scratch + ((BLOCK * keys * 4 + 15) & ~15);
  const ofQueries = first * folded, ofKeys = (first * keys * width) << 2;
  q += (ofQueries * width) << 2;
  out += (ofQueries * width) << 2;
  logTotals += ofQueries << 2;
  k += ofKeys;
  v += ofKeys;
  for (let part = first; part < last; part++) {
    const biasPart = bias ? bias + (part / keyHeads) * rowStride : 0;
    const firstHead = (part % keyHeads) * group;
    for (let start = 0; start < folded; start += BLOCK) {
      const rows = min(BLOCK, folded - start);
      product(scores, rows, keys, true, q, width, k, 0, F32, 0, 0, 0, 0, 1, false, room);
      for (let r = 0; r < rows; r++) {
        const row = scores + ((r * keys) << 2), at = start + r;
        biased(row, keys, scale, biasRow(biasPart, firstHead + at / queries, at % queries, headStride, queryStride), keyStride);
        const largest = largestIn(row, keys);
        const total = exponentials(row, keys, largest, row);
        const inverse = f32x4.splat(<f32>1 / total);
        for (let j = 0; j < keys; j += 4) {
          storeLanes(row + (j << 2), f32x4.mul(loadLanes(row + (j << 2), keys - j), inverse), keys - j);
        }
        store<f32>(logTotals, largest + ln(total));
        logTotals += 4;
      }
      product(out, rows, width, false, scores, keys, v, 0, F32, 0, 0, 0, 0, 1, false, room);
      q += (rows * width) << 2;
      out += (rows * width) << 2;
    }
    k += (keys * width) << 2;
    v += (keys * width) << 2;
  }
}

/** Gradients like their inputs, of parts [first, last); `out` and `logTotals` as {@link attention} wrote them. */
export function attentionGradient(
  dy: usize, q: usize, k: usize, v: usize, out: usize, logTotals: usize,
  first: i32, last: i32, heads: i32, keyHeads: i32, queries: i32, keys: i32, width: i32,
  scale: f32, bias: usize, rowStride: i32, headStride: i32, queryStride: i32, keyStride: i32,
  dq: usize, dk: usize, dv: usize, scratch: usize,
): void {
  const group = heads / keyHeads, folded = group * queries;
  const block = (BLOCK * keys * 4 + 15) & ~15;
  const weights = scratch, dWeights = scratch + block, turned = dWeights + block, room = turned + block;
  const size = width << 2;
  const ofQueries = first * folded * size, ofKeys = first * keys * size;
  q += ofQueries;
  dy += ofQueries;
  out += ofQueries;
  dq += ofQueries;
  logTotals += (first * folded) << 2;
  k += ofKeys;
  v += ofKeys;
  dk += ofKeys;
  dv += ofKeys;
  for (let part = first; part < last; part++) {
    const biasPart = bias ? bias + (part / keyHeads) * rowStride : 0;
    const firstHead = (part % keyHeads) * group;
    for (let start = 0; start < folded; start += BLOCK) {
      const rows = min(BLOCK, folded - start), more = start > 0;
      product(weights, rows, keys, true, q, width, k, 0, F32, 0, 0, 0, 0, 1, false, room);
      product(dWeights, rows, keys, true, dy, width, v, 0, F32, 0, 0, 0, 0, 1, false, room);
      for (let r = 0; r < rows; r++) {
        const row = weights + ((r * keys) << 2), at = start + r;
        biased(row, keys, scale, biasRow(biasPart, firstHead + at / queries, at % queries, headStride, queryStride), keyStride);
        const along = f32x4.splat(dot(dy + r * size, out + r * size, width));
        scoreGradients(row, dWeights + ((r * keys) << 2), keys, load<f32>(logTotals), along, f32x4.splat(scale));
        logTotals += 4;
      }
      transpose(weights, rows, keys, turned);
      product(dv, keys, width, false, turned, rows, dy, 0, F32, 0, 0, 0, 0, 1, more, room);
      product(dq, rows, width, false, dWeights, keys, k, 0, F32, 0, 0, 0, 0, 1, false, room);
      transpose(dWeights, rows, keys, turned);
      product(dk, keys, width, false, turned, rows, q, 0, F32, 0, 0, 0, 0, 1, more, room);
      const bytes = rows * size;
      q += bytes;
      dy += bytes;
      out += bytes;
      dq += bytes;
    }
    k += keys * size;
    v += keys * size;
    dk += keys * size;
    dv += keys * size;
  }
}

/** scores become p = exp(score - logTotal), and dWeights become scale p (dWeight - along). */
@inline
function scoreGradients(scores: usize, dWeights: usize, keys: i32, logTotal: f32, along: v128, scale: v128): void {
  const offset = f32x4.splat(logTotal);
  for (let j = 0; j < keys; j += 4) {
    const at = j << 2, lanes = keys - j;
    const p = exp(f32x4.sub(loadLanes(scores + at, lanes), offset));
    storeLanes(scores + at, p, lanes);
    const d = f32x4.mul(p, f32x4.sub(loadLanes(dWeights + at, lanes), along));
    storeLanes(dWeights + at, f32x4.mul(d, scale), lanes);
  }
}
