/**
 * WGSL of product.ts. Inputs left<i>, right<i>, scales<i>, mask<i> and bias, output y; u.rows, u.columns, u.depth<i>,
 * u.firstRow<i> of the right matrix, u.scale.
 */
import type { FrozenMatrix } from "../frozenMatrix/frozenMatrix.ts";
import { repeat } from "./wgsl.ts";

export interface TermShape {
  readonly form: "nt" | "nn" | "tn";
  /** Whether K is a multiple of 4. */
  readonly wide: boolean;
  readonly masked: boolean;
  /** Of the right matrix; packed ones are not for "tn". */
  readonly format: FrozenMatrix["format"];
  /** Multiplied in float16, see halves.ts. */
  readonly halved: boolean;
}

/** Rows and columns of one thread; columns a multiple of 4. */
export type Tile = readonly [rows: number, columns: number];

const COMPONENTS = ["x", "y", "z", "w"] as const;

/** Columns a multiple of 4, and rows too where a term is "tn". y, masks and bias are vec4f. */
export function tiledProduct(terms: readonly TermShape[], biased: boolean, [height, width]: Tile, group: number): string {
  const quads = width / 4;
  /** One line per register of the tile: row i, columns 4 q to 4 q + 3. */
  const each = (line: (i: number, q: number) => string) => repeat(height, (i) => repeat(quads, (q) => line(i, q)));
  // Threads at the edge read the last row or column again in place of going past it, and store nothing there.
  return `
${terms.map(readerOf).join("\n")}
@compute @workgroup_size(${group}, ${group})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let top = id.y * ${height}u;
  let left = id.x * ${quads}u;
  let quads = u.columns / 4u;
  if (top >= u.rows || left >= quads) { return; }
  ${repeat(height, (i) => `let row${i} = min(top + ${i}u, u.rows - 1u);`)}
  ${repeat(quads, (q) => `let quad${q} = min(left + ${q}u, quads - 1u);`)}
  ${each((i, q) => `var sum${i}_${q} = vec4f();`)}
  ${terms
    .map((term, t) => {
      const mask = term.masked ? each((i, q) => `sum${i}_${q} *= mask${t}[row${i} * quads + quad${q}];`) : "";
      return `${accumulate(term, t, height, quads, each)}\n${mask}`;
    })
    .join("\n")}
  ${each((i, q) => `if (top + ${i}u < u.rows && left + ${q}u < quads) { y[row${i} * quads + quad${q}] = u.scale * sum${i}_${q}${biased ? ` + bias[quad${q}]` : ""}; }`)}
}`;
}

/** How words of a packed matrix are read: four values at a time, or eight where they share a word. */
export const WORDS = { f16: "vec2i", bf16: "vec2i", int8: "i32", int4: "i32" } as const;

/** The function `read<t>(row, item, items of a row)` of the right matrix `t`: item `at` of a row that has `extent` items, of four values where they are vectors. */
export function readerOf({ form, wide, format, halved }: TermShape, t: number): string {
  if (form === "tn") return "";
  const scale = `scales${t}[row * ((extent + 7u) / 8u) + at / 8u]`; // one per 32 values
  const body = {
    f32: `return right${t}[row * extent + at];`,
    f16: halved
      ? `return bitcast<vec4h>(right${t}[row * extent + at]);`
      : `let words = bitcast<vec2u>(right${t}[row * extent + at]);
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));`,
    bf16: `let words = bitcast<vec2u>(right${t}[row * extent + at]);
  return bitcast<vec4f>(vec4u(words.x << 16u, words.x & 0xffff0000u, words.y << 16u, words.y & 0xffff0000u));`,
    // The byte goes to the top and comes back with its sign.
    int8: `let word = right${t}[row * extent + at];
  return vec4f((vec4i(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)) * ${scale};`,
    int4: `let word = u32(right${t}[row * ((extent + 1u) / 2u) + at / 2u]) >> (16u * (at % 2u));
  return (vec4f((vec4u(word) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)) - 8.0) * ${scale};`,
  }[format];
  const single = format === "f32" && form === "nt" && !wide;
  return `fn read${t}(index: u32, at: u32, extent: u32) -> ${halved ? "vec4h" : single ? "f32" : "vec4f"} {
  let row = u.firstRow${t} + index;
  ${body}
}`;
}

export type Each = (line: (i: number, q: number) => string) => string;

/** Adds a term to the sums of a thread's tile: registers row<i>, quad<q> and sum<i>_<q>, and for "nn" the row's `quads`. */
export function accumulate({ form, wide, halved }: TermShape, t: number, height: number, quads: number, each: Each): string {
  if (form === "tn") {
    return `for (var k = 0u; k < u.depth${t}; k++) {
      ${repeat(height / 4, (i) => `let a${i} = left${t}[(k * u.rows + top) / 4u + ${i}u];`)}
      ${repeat(quads, (q) => `let b${q} = right${t}[k * quads + quad${q}];`)}
      ${each((i, q) => `sum${i}_${q} += a${Math.floor(i / 4)}.${COMPONENTS[i % 4]} * b${q};`)}
    }`;
  }
  const depth = wide ? `u.depth${t} / 4u` : `u.depth${t}`;
  const rows = repeat(height, (i) => `let a${i} = ${halved ? "vec4h" : ""}(left${t}[row${i} * depth + k]);`);
  const loop = (body: string) => `{ let depth = ${depth}; for (var k = 0u; k < depth; k++) { ${rows} ${body} } }`;
  if (form === "nt") {
    const column = (q: number, p: number) => `read${t}(quad${q} * 4u + ${p}u, k, depth)`;
    const columns = repeat(quads, (q) => repeat(4, (p) => `let b${q}_${p} = ${column(q, p)};`));
    const dots = (i: number, q: number) => COMPONENTS.map((_, p) => (wide ? `dot(a${i}, b${q}_${p})` : `a${i} * b${q}_${p}`));
    return loop(
      `${columns}\n${each((i, q) => `sum${i}_${q} += ${halved ? "vec4f(vec4h" : "(vec4f"}(${dots(i, q).join(", ")}));`)}`,
    );
  }
  if (!wide) {
    const columns = repeat(quads, (q) => `let b${q} = read${t}(k, quad${q}, quads);`);
    return loop(`${columns}\n${each((i, q) => `sum${i}_${q} += a${i} * b${q};`)}`);
  }
  return loop(
    repeat(4, (p) => {
      const columns = repeat(quads, (q) => `let b${q} = read${t}(4u * k + ${p}u, quad${q}, quads);`);
      return `{ ${columns}\n${each((i, q) => `sum${i}_${q} += a${i}.${COMPONENTS[p]} * b${q};`)} }`;
    }),
  );
}

/** One element per thread, for any sizes. All buffers are f32. */
export function scalarProduct(terms: readonly TermShape[], biased: boolean, group: number): string {
  const left = { nt: "row * depth + k", nn: "row * depth + k", tn: "k * u.rows + row" };
  const right = { nt: "(first + column) * depth + k", nn: "(first + k) * u.columns + column", tn: "k * u.columns + column" };
  return `
@compute @workgroup_size(${group}, ${group})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  if (row >= u.rows || column >= u.columns) { return; }
  var sum = 0.0;
  ${terms
    .map(
      ({ form, masked }, t) => `{
    let depth = u.depth${t};
    let first = u.firstRow${t};
    for (var k = 0u; k < depth; k++) { sum += left${t}[${left[form]}] * right${t}[${right[form]}]; }
    ${masked ? `sum *= mask${t}[row * u.columns + column];` : ""}
  }`,
    )
    .join("\n")}
  y[row * u.columns + column] = u.scale * sum${biased ? " + bias[column]" : ""};
}`;
}
