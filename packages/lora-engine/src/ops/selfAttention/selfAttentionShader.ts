/**
 * WGSL of selfAttention.webgpu.ts. Buffers `joint` [N, H + 2 Hkv vectors], queries and keys turned already; dy and attended [N, H
 * vectors]; logTotals and statistics (log sum, dy . out) [N, H]; `spans`, the first token of a token's row and the one behind its last,
 * unless all rows have u.length tokens. A thread keeps sums over a whole vector of `width` values and takes four keys (or queries) at a
 * time, so that what it reads of its own vector serves four products.
 */
import { dotOf, type Lanes, perElement, repeat, sumOf } from "../webgpu/wgsl.ts";

export interface SelfAttentionShader {
  readonly lanes: Lanes;
  /** Values of `lanes` in a vector of Dh numbers. */
  readonly width: number;
  readonly causal: boolean;
  /** Whether all rows have the same length. */
  readonly even: boolean;
  /** Whether gradients of queries and keys are turned back by `cosines` and `sines` [T, Dh]. */
  readonly turned: boolean;
}

/** Keys (or queries) taken at a time. */
const BLOCK = 4;

const four = (line: (b: number) => string) => repeat(BLOCK, line);
const sumOfFour = (term: (b: number) => string) => Array.from({ length: BLOCK }, (_, b) => term(b)).join(" + ");

/** Vectors of a token. */
const VECTORS = "(u.heads + 2u * u.keyHeads)";

/** `first` and `end` of the row of `token`. */
export const spanOf = ({ even }: Pick<SelfAttentionShader, "even">): string =>
  even
    ? "let first = token / u.length * u.length; let end = first + u.length;"
    : "let first = u32(spans[token].x); let end = u32(spans[token].y);";

/** out and logTotals, a thread per query `i`. */
export function forwardShader(shader: SelfAttentionShader): string {
  const { lanes, width } = shader;
  return perElement(`${query(shader)}
  var sum = array<${lanes}, ${width}>();
  var highest = -3.0e38;
  var total = 0.0;
  for (var j = first; j < last; j += ${BLOCK}u) {
    ${keysFrom(width)}
    ${four((b) => `var score${b} = 0.0;`)}
    for (var d = 0u; d < ${width}u; d++) {
      let own = joint[start + d];
      ${four((b) => `score${b} += ${dotOf(lanes, "own", `joint[at${b} + d]`)};`)}
    }
    ${four((b) => `score${b} = select(-3.0e38, score${b} * u.scale, j + ${b}u < last);`)}
    let above = max(highest, max(max(score0, score1), max(score2, score3)));
    let shrink = exp(highest - above);
    ${four((b) => `let p${b} = exp(score${b} - above);`)}
    total = total * shrink + ${sumOfFour((b) => `p${b}`)};
    highest = above;
    for (var d = 0u; d < ${width}u; d++) { sum[d] = sum[d] * shrink + ${sumOfFour((b) => `p${b} * joint[value${b} + d]`)}; }
  }
  for (var d = 0u; d < ${width}u; d++) { out[i * ${width}u + d] = sum[d] / total; }
  logTotals[i] = highest + log(total);`);
}

/** statistics, a thread per query `i`: logTotals and dy . out. */
export function statisticsShader({ lanes, width }: SelfAttentionShader): string {
  return perElement(`
  var along = ${lanes}();
  for (var d = 0u; d < ${width}u; d++) { along += dy[i * ${width}u + d] * attended[i * ${width}u + d]; }
  statistics[i] = vec2f(logTotals[i], ${sumOf(lanes, "along")});`);
}

/** dq = scale sum_j p_j (dy . v_j - dy . out) k_j, for query `i`. */
export function queryGradientBody(shader: SelfAttentionShader): string {
  const { lanes, width } = shader;
  return `${query(shader)}
  var sum = array<${lanes}, ${width}>();
  let known = statistics[i];
  for (var j = first; j < last; j += ${BLOCK}u) {
    ${keysFrom(width)}
    ${four((b) => `var score${b} = 0.0; var along${b} = 0.0;`)}
    for (var d = 0u; d < ${width}u; d++) {
      let own = joint[start + d];
      let g = dy[i * ${width}u + d];
      ${four((b) => `score${b} += ${dotOf(lanes, "own", `joint[at${b} + d]`)}; along${b} += ${dotOf(lanes, "g", `joint[value${b} + d]`)};`)}
    }
    ${four(
      (b) => `let p${b} = exp(score${b} * u.scale - known.x);
    let pull${b} = select(0.0, p${b} * (along${b} - known.y) * u.scale, j + ${b}u < last);`,
    )}
    for (var d = 0u; d < ${width}u; d++) { sum[d] += ${sumOfFour((b) => `pull${b} * joint[at${b} + d]`)}; }
  }
  ${turnedBack(shader, "sum")}
  for (var d = 0u; d < ${width}u; d++) { dJoint[start + d] = sum[d]; }`;
}

/** dv = sum_i p_i dy_i and dk = scale sum_i p_i (dy_i . v - dy_i . out_i) q_i over the group's heads, for key `i`. */
export function keyGradientBody(shader: SelfAttentionShader): string {
  const { lanes, width, causal } = shader;
  return `
  let token = i / u.keyHeads;
  let keyHead = i % u.keyHeads;
  ${spanOf(shader)}
  let start = (token * ${VECTORS} + u.heads + keyHead) * ${width}u;
  let valueStart = start + u.keyHeads * ${width}u;
  var dkSum = array<${lanes}, ${width}>();
  var dvSum = array<${lanes}, ${width}>();
  for (var head = keyHead * u.group; head < (keyHead + 1u) * u.group; head++) {
    for (var t = ${causal ? "token" : "first"}; t < end; t += ${BLOCK}u) {
      ${four(
        (b) => `let query${b} = min(t + ${b}u, end - 1u);
      let at${b} = (query${b} * ${VECTORS} + head) * ${width}u; let own${b} = (query${b} * u.heads + head) * ${width}u;`,
      )}
      ${four((b) => `var score${b} = 0.0; var along${b} = 0.0;`)}
      for (var d = 0u; d < ${width}u; d++) {
        let key = joint[start + d];
        let value = joint[valueStart + d];
        ${four((b) => `score${b} += ${dotOf(lanes, "key", `joint[at${b} + d]`)}; along${b} += ${dotOf(lanes, "value", `dy[own${b} + d]`)};`)}
      }
      ${four(
        (b) => `let known${b} = statistics[query${b} * u.heads + head];
      let p${b} = select(0.0, exp(score${b} * u.scale - known${b}.x), t + ${b}u < end);
      let pull${b} = p${b} * (along${b} - known${b}.y) * u.scale;`,
      )}
      for (var d = 0u; d < ${width}u; d++) {
        dvSum[d] += ${sumOfFour((b) => `p${b} * dy[own${b} + d]`)};
        dkSum[d] += ${sumOfFour((b) => `pull${b} * joint[at${b} + d]`)};
      }
    }
  }
  ${turnedBack(shader, "dkSum")}
  for (var d = 0u; d < ${width}u; d++) { dJoint[start + d] = dkSum[d]; dJoint[valueStart + d] = dvSum[d]; }`;
}

/** Thread i is a query: its vector starts at `start`, and it sees the keys from `first` to before `last`. */
function query(shader: SelfAttentionShader): string {
  return `
  let token = i / u.heads;
  let head = i % u.heads;
  ${spanOf(shader)}
  let last = ${shader.causal ? "token + 1u" : "end"};
  let start = (token * ${VECTORS} + head) * ${shader.width}u;`;
}

/** Where keys j to j + 3 and their values start; past the last one that of the last. */
function keysFrom(width: number): string {
  return four(
    (b) => `let at${b} = (min(j + ${b}u, last - 1u) * ${VECTORS} + u.heads + head / u.group) * ${width}u;
    let value${b} = at${b} + u.keyHeads * ${width}u;`,
  );
}

/** The gradient of a vector before it was turned, from that of the turned one: the inverse rotation. */
function turnedBack({ lanes, width, turned }: SelfAttentionShader, vector: string): string {
  if (!turned) return "";
  const half = width / 2;
  return `for (var d = 0u; d < ${half}u; d++) {
    let angle = (token - first) * ${width}u + d; // both halves of the table are the same
    let low: ${lanes} = ${vector}[d];
    let high: ${lanes} = ${vector}[d + ${half}u];
    ${vector}[d] = low * cosines[angle] + high * sines[angle];
    ${vector}[d + ${half}u] = high * cosines[angle] - low * sines[angle];
  }`;
}
