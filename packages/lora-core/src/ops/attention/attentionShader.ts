/**
 * WGSL of attention.webgpu.ts. A head's vector of Dh numbers is held in named registers of four (or one, where Dh is no multiple
 * of 4). Buffers q, dy, attended [B, H, Tq, Dh], k, v [B, Hkv, Tk, Dh], statistics (log sum, dy . out) [B, H, Tq]; u.group = H / Hkv.
 */
import { dotOf, type Lanes, perElement, repeat, sumOf } from "../webgpu/wgsl.ts";

export interface AttentionShader {
  readonly lanes: Lanes;
  /** Registers of a head's vector. */
  readonly width: number;
  readonly biased: boolean;
}

/** Keys that share one rescaling of the running sums. */
const BLOCK = 4;

/** out and logTotals, a thread per query. */
export function forwardShader({ lanes, width, biased }: AttentionShader): string {
  const zero = `${lanes}()`;
  return perElement(`${placeOfQuery(width, biased)}
  ${repeat(width, (d) => `let q${d} = q[i * ${width}u + ${d}u]; var sum${d} = ${zero};`)}
  var highest = -3.0e38;
  var total = 0.0;
  for (var j = 0u; j < u.keys; j += ${BLOCK}u) {
    ${repeat(
      BLOCK,
      (b) => `let at${b} = keyStart + min(j + ${b}u, u.keys - 1u) * ${width}u;
    let score${b} = select(-3.0e38, ${scoreOf(lanes, width, biased, `at${b}`, `j + ${b}u`)}, j + ${b}u < u.keys);`,
    )}
    let above = max(highest, max(max(score0, score1), max(score2, score3)));
    let shrink = exp(highest - above);
    ${repeat(BLOCK, (b) => `let p${b} = exp(score${b} - above);`)}
    total = total * shrink + p0 + p1 + p2 + p3;
    highest = above;
    ${repeat(width, (d) => `sum${d} = sum${d} * shrink + ${[0, 1, 2, 3].map((b) => `p${b} * v[at${b} + ${d}u]`).join(" + ")};`)}
  }
  ${repeat(width, (d) => `out[i * ${width}u + ${d}u] = sum${d} / total;`)}
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
  ${repeat(width, (d) => `let q${d} = q[i * ${width}u + ${d}u]; let g${d} = dy[i * ${width}u + ${d}u]; var sum${d} = ${lanes}();`)}
  let known = statistics[i];
  for (var j = 0u; j < u.keys; j++) {
    let at = keyStart + j * ${width}u;
    let p = exp(${scoreOf(lanes, width, biased, "at", "j")} - known.x);
    let pull = p * (${along(width, (d) => dotOf(lanes, `g${d}`, `v[at + ${d}u]`))} - known.y) * u.scale;
    ${repeat(width, (d) => `sum${d} += pull * k[at + ${d}u];`)}
  }
  ${repeat(width, (d) => `dq[i * ${width}u + ${d}u] = sum${d};`)}`);
}

/** dv = sum_i p_i dy_i and dk = scale sum_i p_i (dy_i . v - dy_i . out_i) q_i over the group's heads, a thread per key. */
export function keyGradientShader({ lanes, width, biased }: AttentionShader): string {
  const bias = biased ? " + bias[biasStart + head * u.biasHead + t * u.biasQuery]" : "";
  return perElement(`
  let keyHead = i / u.keys;
  let row = keyHead * u.group / u.heads;
  ${biased ? "let biasStart = row * u.biasRow + (i % u.keys) * u.biasKey;" : ""}
  ${repeat(
    width,
    (d) => `let k${d} = k[i * ${width}u + ${d}u]; let v${d} = v[i * ${width}u + ${d}u];
  var dk${d} = ${lanes}(); var dv${d} = ${lanes}();`,
  )}
  for (var h = keyHead * u.group; h < (keyHead + 1u) * u.group; h++) {
    let head = h % u.heads;
    for (var t = 0u; t < u.queries; t++) {
      let query = h * u.queries + t;
      let at = query * ${width}u;
      let known = statistics[query];
      let score = (${along(width, (d) => dotOf(lanes, `k${d}`, `q[at + ${d}u]`))}) * u.scale${bias};
      let p = exp(score - known.x);
      ${repeat(width, (d) => `let g${d} = dy[at + ${d}u]; dv${d} += p * g${d};`)}
      let pull = p * (${along(width, (d) => dotOf(lanes, `v${d}`, `g${d}`))} - known.y) * u.scale;
      ${repeat(width, (d) => `dk${d} += pull * q[at + ${d}u];`)}
    }
  }
  ${repeat(width, (d) => `dk[i * ${width}u + ${d}u] = dk${d}; dv[i * ${width}u + ${d}u] = dv${d};`)}`);
}

/** Thread i is query t of head h in batch row `row`; its keys start at keyStart, its biases at biasStart. */
function placeOfQuery(width: number, biased: boolean): string {
  return `
  let headOfBatch = i / u.queries;
  let keyStart = headOfBatch / u.group * u.keys * ${width}u;
  ${
    biased
      ? `let biasStart = headOfBatch / u.heads * u.biasRow + headOfBatch % u.heads * u.biasHead + i % u.queries * u.biasQuery;`
      : ""
  }`;
}

/** scale q . k + bias for the key whose numbers start at `at`. */
function scoreOf(lanes: Lanes, width: number, biased: boolean, at: string, key: string): string {
  const bias = biased ? ` + bias[biasStart + min(${key}, u.keys - 1u) * u.biasKey]` : "";
  return `(${along(width, (d) => dotOf(lanes, `q${d}`, `k[${at} + ${d}u]`))}) * u.scale${bias}`;
}

/** A sum over the registers of a vector. */
function along(width: number, term: (d: number) => string): string {
  return Array.from({ length: width }, (_, d) => term(d)).join(" + ");
}
