/**
 * Attention of rows among themselves, forward and backward, on queries, keys and values as one product leaves them; see
 * ops/selfAttention. A part is one key head of one row of tokens. Where a token sees no later ones, tiles of scores that are hidden
 * are never computed.
 */
import { exp, ln } from "./functions";
import { packStraight, packTurned } from "./pack";
import { F32 } from "./precision";
import { dot } from "./product";
import { rotateRow } from "./rows";
import { exponentials, largestIn } from "./softmax";
import { COLUMNS, ROWS, storeTile, TILE_BYTES, tile } from "./tile";

/** Queries whose weights are kept at a time in the backward pass: whole tiles of 5 and 6 rows, and a multiple of 4. */
const BLOCK: i32 = 120;

@inline
function padded(count: i32): i32 {
  return (count + COLUMNS - 1) & ~(COLUMNS - 1);
}

/** Bytes that the kernels below need beside their arguments, for rows of up to `longest` tokens. */
export function selfAttentionScratchBytes(longest: i32, width: i32): i32 {
  const ofRow = padded(longest) * padded(width) * 4, ofBlock = BLOCK * padded(longest) * 4;
  return TILE_BYTES + 7 * ofRow + 3 * ofBlock + 3 * BLOCK * padded(width) * 4;
}

/** `count` rows of `width` values, turned where there is a table, one after the other. */
function gather(from: usize, stride: i32, count: i32, width: i32, cos: usize, sin: usize, out: usize): void {
  const bytes = width << 2;
  for (let i = 0; i < count; i++) {
    if (cos) rotateRow(from, cos + i * bytes, sin + i * bytes, 1, width >> 1, out);
    else memory.copy(out, from, bytes);
    from += stride;
    out += bytes;
  }
}

/** C [rows, n] = alpha A B, or += where `more`, A [rows, k] of `stride` bytes a row, B in panels of `panelBytes`. */
@inline
function tilesOf(
  c: usize, cStride: i32, rows: i32, n: i32, a: usize, stride: i32, k: i32, panels: usize, panelBytes: i32, alpha: f32, more: bool,
  sums: usize,
): void {
  for (let j = 0; j < n; j += COLUMNS) {
    tile(sums, a, stride, rows, panels, k, false);
    storeTile(c + (j << 2), cStride, rows, min(COLUMNS, n - j), sums, 0, alpha, more);
    panels += panelBytes;
  }
}

/** Scores of `rows` queries on keys [0, limit), each row of `wide` values: hidden ones are left as they are. */
@inline
function scoresOf(
  scores: usize, wide: i32, rows: i32, limit: i32, q: usize, stride: i32, width: i32, keyPanels: usize, scale: f32, sums: usize,
): void {
  tilesOf(scores, wide << 2, rows, padded(limit), q, stride, width, keyPanels, (width * COLUMNS) << 2, scale, false, sums);
}

/** 0 in the values of a row from `from` on, as far as a tile that begins before them reads. */
@inline
function clear(row: usize, from: i32, wide: i32): void {
  const at = row + (from << 2);
  if (wide - from >= COLUMNS) {
    v128.store(at, f32x4.splat(0));
    v128.store(at, f32x4.splat(0), 16);
  } else {
    for (let j = 0; j < wide - from; j++) store<f32>(at + (j << 2), 0);
  }
}

/**
 * x [N, (heads + 2 keyHeads) width]: queries, keys, values. Tokens of row b are offsets[b] .. offsets[b + 1], int32. Tables [T, width], 0 for
 * none. out [N, heads width], logTotals [N, heads]. Of the rows x keyHeads parts [first, last).
 */
export function selfAttention(
  x: usize, offsets: usize, first: i32, last: i32, heads: i32, keyHeads: i32, width: i32, scale: f32, causal: bool,
  cos: usize, sin: usize, longest: i32, out: usize, logTotals: usize, scratch: usize,
): void {
  const group = heads / keyHeads, columns = (heads + 2 * keyHeads) * width;
  const stride = columns << 2, outStride = (heads * width) << 2, size = width << 2;
  const ofRow = padded(longest) * padded(width) * 4;
  const sums = scratch, keys = sums + TILE_BYTES, keyPanels = keys + ofRow, valuePanels = keyPanels + ofRow;
  const turned = valuePanels + ofRow, scores = turned + ofRow;
  for (let part = first; part < last; part++) {
    const b = part / keyHeads, keyHead = part % keyHeads;
    const start = load<i32>(offsets + (b << 2)), count = load<i32>(offsets + (b << 2), 4) - start;
    const row = x + start * stride, wide = padded(count);
    gather(row + (heads + keyHead) * size, stride, count, width, cos, sin, keys);
    packTurned(keys, 0, F32, width, 0, count, keyPanels, (width * COLUMNS) << 2, scratch);
    packStraight(row, 0, F32, count, columns, (heads + keyHeads + keyHead) * width, width, valuePanels, count * COLUMNS * 4, scratch);
    for (let head = keyHead * group; head < (keyHead + 1) * group; head++) {
      let q = row + head * size, qStride = stride;
      if (cos) {
        gather(q, stride, count, width, cos, sin, turned);
        q = turned;
        qStride = size;
      }
      for (let i = 0; i < count; i += ROWS) {
        const rows = min(ROWS, count - i), limit = causal ? i + rows : count;
        scoresOf(scores, wide, rows, limit, q + i * qStride, qStride, width, keyPanels, scale, sums);
        for (let r = 0; r < rows; r++) {
          const total = softmaxRow(scores + ((r * wide) << 2), causal ? i + r + 1 : count, wide);
          store<f32>(logTotals + (((start + i + r) * heads + head) << 2), total);
        }
        const to = out + (start + i) * outStride + head * size;
        tilesOf(to, outStride, rows, width, scores, wide << 2, limit, valuePanels, count * COLUMNS * 4, 1, false, sums);
      }
    }
  }
}

/** The first `seen` scores become their softmax, the others 0. Returns the log of their sum. */
@inline
function softmaxRow(row: usize, seen: i32, wide: i32): f32 {
  const largest = largestIn(row, seen);
  const total = exponentials(row, seen, largest, row);
  const inverse = f32x4.splat(<f32>1 / total);
  for (let j = 0; j < seen; j += 4) {
    const at = row + (j << 2);
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
  clear(row, seen, wide);
  return largest + ln(total);
}

/** dx like x, of parts [first, last); `out` and `logTotals` as {@link selfAttention} wrote them. */
export function selfAttentionGradient(
  dy: usize, x: usize, out: usize, logTotals: usize, offsets: usize, first: i32, last: i32, heads: i32, keyHeads: i32, width: i32,
  scale: f32, causal: bool, cos: usize, sin: usize, longest: i32, dx: usize, scratch: usize,
): void {
  const group = heads / keyHeads, columns = (heads + 2 * keyHeads) * width;
  const stride = columns << 2, outStride = (heads * width) << 2, size = width << 2;
  const ofRow = padded(longest) * padded(width) * 4, ofBlock = BLOCK * padded(longest) * 4, packed = BLOCK * padded(width) * 4;
  const sums = scratch, keys = sums + TILE_BYTES, keyPanels = keys + ofRow, valuePanels = keyPanels + ofRow;
  const keyRows = valuePanels + ofRow, turned = keyRows + ofRow, dKeys = turned + ofRow, values = dKeys + ofRow;
  const weights = values + ofRow, dWeights = weights + ofBlock, across = dWeights + ofBlock;
  const queryPanels = across + ofBlock, dyPanels = queryPanels + packed, dQueries = dyPanels + packed;
  const keyPanelBytes = (width * COLUMNS) << 2;
  for (let part = first; part < last; part++) {
    const b = part / keyHeads, keyHead = part % keyHeads;
    const start = load<i32>(offsets + (b << 2)), count = load<i32>(offsets + (b << 2), 4) - start;
    const row = x + start * stride, dRow = dx + start * stride, wide = padded(count);
    const valueColumn = (heads + keyHeads + keyHead) * width;
    gather(row + (heads + keyHead) * size, stride, count, width, cos, sin, keys);
    packTurned(keys, 0, F32, width, 0, count, keyPanels, keyPanelBytes, scratch);
    packStraight(keys, 0, F32, count, width, 0, width, keyRows, count * COLUMNS * 4, scratch);
    gather(row + (valueColumn << 2), stride, count, width, 0, 0, values);
    packTurned(values, 0, F32, width, 0, count, valuePanels, keyPanelBytes, scratch);
    memory.fill(dKeys, 0, count * size);
    const dValues = dRow + (valueColumn << 2);
    for (let i = 0; i < count; i++) memory.fill(dValues + i * stride, 0, size);
    for (let head = keyHead * group; head < (keyHead + 1) * group; head++) {
      gather(row + head * size, stride, count, width, cos, sin, turned);
      for (let from = 0; from < count; from += BLOCK) {
        const block = min(BLOCK, count - from), seen = causal ? from + block : count;
        for (let i = from; i < from + block; i += ROWS) {
          const rows = min(ROWS, from + block - i), limit = causal ? i + rows : count;
          const p = weights + (((i - from) * wide) << 2), dp = dWeights + (((i - from) * wide) << 2);
          const outRow = (start + i) * outStride + head * size;
          scoresOf(p, wide, rows, limit, turned + i * size, size, width, keyPanels, scale, sums);
          scoresOf(dp, wide, rows, limit, dy + outRow, outStride, width, valuePanels, 1, sums);
          for (let r = 0; r < rows; r++) {
            const at = outRow + r * outStride;
            const along = f32x4.splat(dot(dy + at, out + at, width));
            const logTotal = load<f32>(logTotals + (((start + i + r) * heads + head) << 2));
            gradientRow(p + ((r * wide) << 2), dp + ((r * wide) << 2), causal ? i + r + 1 : count, wide, logTotal, along, scale);
          }
          tilesOf(dQueries, size, rows, width, dp, wide << 2, limit, keyRows, count * COLUMNS * 4, 1, false, sums);
          scatter(dQueries, rows, width, cos, sin, i, dRow + i * stride + head * size, stride);
        }
        const panelBytes = block * COLUMNS * 4;
        packStraight(dy + (start + from) * outStride, 0, F32, block, heads * width, head * width, width, dyPanels, panelBytes, scratch);
        packStraight(turned + from * size, 0, F32, block, width, 0, width, queryPanels, panelBytes, scratch);
        addByKeys(dValues, stride, weights, block, wide, seen, from, causal, dyPanels, panelBytes, width, across, sums);
        addByKeys(dKeys, size, dWeights, block, wide, seen, from, causal, queryPanels, panelBytes, width, across, sums);
      }
    }
    scatter(dKeys, count, width, cos, sin, 0, dRow + (heads + keyHead) * size, stride);
  }
}

/** The first `seen` scores become p = exp(score - logTotal), and dp becomes scale p (dp - along); the others 0. */
@inline
function gradientRow(p: usize, dp: usize, seen: i32, wide: i32, logTotal: f32, along: v128, scale: f32): void {
  const offset = f32x4.splat(logTotal), factor = f32x4.splat(scale);
  for (let j = 0; j < seen; j += 4) {
    const at = j << 2;
    const weight = exp(f32x4.sub(v128.load(p + at), offset));
    v128.store(p + at, weight);
    v128.store(dp + at, f32x4.mul(f32x4.mul(weight, f32x4.sub(v128.load(dp + at), along)), factor));
  }
  clear(p, seen, wide);
  clear(dp, seen, wide);
}

/** C [seen, width] += weights^T B, weights [block, wide] of queries from `from` on, B in panels over those queries. */
function addByKeys(
  c: usize, cStride: i32, weights: usize, block: i32, wide: i32, seen: i32, from: i32, causal: bool,
  panels: usize, panelBytes: i32, width: i32, across: usize, sums: usize,
): void {
  turnBlock(weights, block, wide, padded(seen), across);
  for (let j = 0; j < seen; j += ROWS) {
    const rows = min(ROWS, seen - j);
    // No query before a key sees it.
    const skip = causal ? max(0, j - from) : 0;
    const a = across + ((j * BLOCK + skip) << 2);
    tilesOf(c + j * cStride, cStride, rows, width, a, BLOCK << 2, block - skip, panels + skip * COLUMNS * 4, panelBytes, 1, true, sums);
  }
}

/** [rows, wide] -> [columns, BLOCK], columns a multiple of 4; whole fours of rows, of which the last may hold what it will. */
function turnBlock(x: usize, rows: i32, wide: i32, columns: i32, out: usize): void {
  const stride = wide << 2, outStride = BLOCK << 2;
  for (let i = 0; i < rows; i += 4) {
    for (let j = 0; j < columns; j += 4) {
      const from = x + ((i * wide + j) << 2), to = out + ((j * BLOCK + i) << 2);
      const r0 = v128.load(from), r1 = v128.load(from + stride);
      const r2 = v128.load(from + 2 * stride), r3 = v128.load(from + 3 * stride);
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const c = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(a, c, 0, 1, 4, 5));
      v128.store(to + outStride, v128.shuffle<f32>(a, c, 2, 3, 6, 7));
      v128.store(to + 2 * outStride, v128.shuffle<f32>(b, d, 0, 1, 4, 5));
      v128.store(to + 3 * outStride, v128.shuffle<f32>(b, d, 2, 3, 6, 7));
    }
  }
}

/** Rows one after the other, turned back from position `position` on, to where they belong. */
function scatter(
  from: usize, count: i32, width: i32, cos: usize, sin: usize, position: i32, out: usize, stride: i32,
): void {
  const bytes = width << 2;
  for (let i = 0; i < count; i++) {
    const angle = (position + i) * bytes;
    if (cos) rotateRow(from, cos + angle, sin + angle, -1, width >> 1, out);
    else memory.copy(out, from, bytes);
    from += bytes;
    out += stride;
  }
}
