/**
 * WGSL of attention.webgpu.ts. Buffers q, dy, attended [B, H, Tq, Dh], k, v [B, Hkv, Tk, Dh], statistics (log sum, dy . out)
 * [B, H, Tq]; u.group = H / Hkv. A thread keeps sums over whole vectors of Dh numbers and takes four keys (or queries) at a time,
 * so that what it reads of its own vector serves four products.
 */
import { dotOf, type Lanes, perElement, repeat, sumOf } from "../webgpu/wgsl.ts";

export interface AttentionShader {
  readonly lanes: Lanes;
  /** Values of `lanes` in a vector of Dh numbers. */
  readonly width: number;
  readonly biased: boolean;
}

/** Far below any score, far above what hides a key (attentionBias.ts). */
const HIDDEN = "-5.0e8";

/** Keys (or queries) taken at a time. */
const BLOCK = 4;

const four = (line: (b: number) => string) => repeat(BLOCK, line);
const sumOfFour = (term: (b: number) => string) => Array.from({ length: BLOCK }, (_, b) => term(b)).join(" + ");

/** out and logTotals, a thread per query. */
export function forwardShader({ lanes, width, biased }: AttentionShader): string {
  return perElement(`${placeOfQuery(width, biased)}
  var sum = array<${lanes}, ${width}>();
  var highest = -3.0e38;
  var total = 0.0;
  for (var j = 0u; j < u.keys; j += ${BLOCK}u) {
    ${keysFrom(width)}
    ${biased ? hiddenBlock("j", (b) => `biasStart + key${b} * u.biasKey`) : ""}
    ${four((b) => `var score${b} = 0.0;`)}
    for (var d = 0u; d < ${width}u; d++) {
      let own = q[start + d];
      ${four((b) => `score${b} += ${dotOf(lanes, "own", `k[at${b} + d]`)};`)}
    }
    ${four((b) => `score${b} = select(-3.0e38, score${b} * u.scale${biased ? ` + bias${b}` : ""}, j + ${b}u < u.keys);`)}
    let above = max(highest, max(max(score0, score1), max(score2, score3)));
    let shrink = exp(highest - above);
    ${four((b) => `let p${b} = exp(score${b} - above);`)}
    total = total * shrink + ${sumOfFour((b) => `p${b}`)};
    highest = above;
    for (var d = 0u; d < ${width}u; d++) { sum[d] = sum[d] * shrink + ${sumOfFour((b) => `p${b} * v[at${b} + d]`)}; }
  }
  for (var d = 0u; d < ${width}u; d++) { out[start + d] = sum[d] / total; }
  logTotals[i] = highest + log(total);`);
}

/** statistics, a thread per query: logTotals and dy . out. */
export function statisticsShader({ lanes, width }: AttentionShader): string {
  return perElement(`
  var along = ${lanes}();
  for (var d = 0u; d < ${width}u; d++) { along += dy[i * ${width}u + d] * attended[i * ${width}u + d]; }
  statistics[i] = vec2f(logTotals[i], ${sumOf(lanes, "along")});`);
}

/** dq = scale sum_j p_j (dy . v_j - dy . out) k_j, a thread per query. */
export function queryGradientShader({ lanes, width, biased }: AttentionShader): string {
  return perElement(`${placeOfQuery(width, biased)}
  var sum = array<${lanes}, ${width}>();
  let known = statistics[i];
  for (var j = 0u; j < u.keys; j += ${BLOCK}u) {
    ${keysFrom(width)}
    ${biased ? hiddenBlock("j", (b) => `biasStart + key${b} * u.biasKey`) : ""}
    ${four((b) => `var score${b} = 0.0; var along${b} = 0.0;`)}
    for (var d = 0u; d < ${width}u; d++) {
      let own = q[start + d];
      let g = dy[start + d];
      ${four((b) => `score${b} += ${dotOf(lanes, "own", `k[at${b} + d]`)}; along${b} += ${dotOf(lanes, "g", `v[at${b} + d]`)};`)}
    }
    ${four(
      (b) => `let p${b} = exp(score${b} * u.scale${biased ? ` + bias${b}` : ""} - known.x);
    let pull${b} = select(0.0, p${b} * (along${b} - known.y) * u.scale, j + ${b}u < u.keys);`,
    )}
    for (var d = 0u; d < ${width}u; d++) { sum[d] += ${sumOfFour((b) => `pull${b} * k[at${b} + d]`)}; }
  }
  for (var d = 0u; d < ${width}u; d++) { dq[start + d] = sum[d]; }`);
}

/** dv = sum_i p_i dy_i and dk = scale sum_i p_i (dy_i . v - dy_i . out_i) q_i over the group's heads, a thread per key. */
export function keyGradientShader({ lanes, width, biased }: AttentionShader): string {
  return perElement(`
  let start = i * ${width}u;
  let keyHead = i / u.keys;
  var dkSum = array<${lanes}, ${width}>();
  var dvSum = array<${lanes}, ${width}>();
  for (var head = keyHead * u.group; head < (keyHead + 1u) * u.group; head++) {
    ${biased ? "let biasStart = head / u.heads * u.biasRow + head % u.heads * u.biasHead + i % u.keys * u.biasKey;" : ""}
    for (var t = 0u; t < u.queries; t += ${BLOCK}u) {
      ${four((b) => `let row${b} = head * u.queries + min(t + ${b}u, u.queries - 1u); let at${b} = row${b} * ${width}u;`)}
      ${biased ? hiddenBlock("t", (b) => `biasStart + row${b} % u.queries * u.biasQuery`) : ""}
      ${four((b) => `var score${b} = 0.0; var along${b} = 0.0;`)}
      for (var d = 0u; d < ${width}u; d++) {
        let key = k[start + d];
        let value = v[start + d];
        ${four((b) => `score${b} += ${dotOf(lanes, "key", `q[at${b} + d]`)}; along${b} += ${dotOf(lanes, "value", `dy[at${b} + d]`)};`)}
      }
      ${four(
        (b) => `let known${b} = statistics[row${b}];
      let p${b} = select(0.0, exp(score${b} * u.scale${biased ? ` + bias${b}` : ""} - known${b}.x), t + ${b}u < u.queries);
      let pull${b} = p${b} * (along${b} - known${b}.y) * u.scale;`,
      )}
      for (var d = 0u; d < ${width}u; d++) {
        dvSum[d] += ${sumOfFour((b) => `p${b} * dy[at${b} + d]`)};
        dkSum[d] += ${sumOfFour((b) => `pull${b} * q[at${b} + d]`)};
      }
    }
  }
  for (var d = 0u; d < ${width}u; d++) { dk[start + d] = dkSum[d]; dv[start + d] = dvSum[d]; }`);
}

/** Thread i is a query: its vector starts at `start`, its head's keys at `keyStart`, its biases at `biasStart`. */
function placeOfQuery(width: number, biased: boolean): string {
  return `
  let start = i * ${width}u;
  let head = i / u.queries;
  let keyStart = head / u.group * u.keys * ${width}u;
  ${biased ? "let biasStart = head / u.heads * u.biasRow + head % u.heads * u.biasHead + i % u.queries * u.biasQuery;" : ""}`;
}

/** Where the vectors of keys j to j + 3 start; past the last key that of the last. */
function keysFrom(width: number): string {
  return four((b) => `let key${b} = min(j + ${b}u, u.keys - 1u); let at${b} = keyStart + key${b} * ${width}u;`);
}

/** Reads four biases, and goes on with the next four where all of them hide (attentionBias.ts); some block must be left to a query. */
function hiddenBlock(first: string, at: (b: number) => string): string {
  return `${four((b) => `let bias${b} = bias[${at(b)}];`)}
    if (${first} > 0u && max(max(bias0, bias1), max(bias2, bias3)) < ${HIDDEN}) { continue; }`;
}
