/** Pieces of shader text and of grids that several kernels share. */
import { webgpuBackend } from "./webgpuBackend.ts";

/** Lines for i = 0 .. count - 1: registers have names in place of indices, so loops over them are written out. */
export function repeat(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}

/** Numbers read at once where the extent allows. */
export type Lanes = "vec4f" | "f32";

export function lanesOf(extent: number): Lanes {
  return extent % 4 === 0 ? "vec4f" : "f32";
}

export function laneCount(lanes: Lanes): number {
  return lanes === "vec4f" ? 4 : 1;
}

/** Sum of the components. */
export function sumOf(lanes: Lanes, value: string): string {
  return lanes === "vec4f" ? `dot(${value}, vec4f(1.0))` : value;
}

/** The inner product of two values. */
export function dotOf(lanes: Lanes, a: string, b: string): string {
  return lanes === "vec4f" ? `dot(${a}, ${b})` : `${a} * ${b}`;
}

/** Threads of a workgroup in {@link perElement}. */
const FLAT_GROUP = 64;
/** WebGPU allows 65,535 workgroups along an axis. */
const WIDEST = 32_768;

/** One thread per element, `count` of them: the entry point with `i` below u.count. */
export function perElement(body: string): string {
  return `
@compute @workgroup_size(${FLAT_GROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * ${FLAT_GROUP}u + id.x;
  if (i >= u.count) { return; }
  ${body}
}`;
}

export function elementGroups(count: number): [number, number] {
  return rowGroups(Math.ceil(count / FLAT_GROUP));
}

/** Threads that share a row in {@link perRow}. */
const ROW_GROUP = 32;

/**
 * One workgroup per row, u.rows of them: the entry point with `row`, `lane`, `LANES`, and `total(lane, x)` and `highest(lane, x)`, the
 * sum and the largest of x over the row's threads, in an order that is the device's own and always the same.
 */
export function perRow(body: string): string {
  const grouped = hasSubgroups(webgpuBackend().device);
  return `
const LANES = ${ROW_GROUP}u;
var<workgroup> parts: array<f32, LANES>;
${grouped ? SUBGROUPS : ""}
${reduction("total", grouped, { within: "subgroupAdd", join: (one, other) => `${one} + ${other}` })}
${reduction("highest", grouped, { within: "subgroupMax", join: (one, other) => `max(${one}, ${other})` })}
@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32${grouped ? SUBGROUP_BUILTINS : ""}) {
  ${grouped ? "ownSubgroup = subgroup; subgroups = subgroupCount; isFirst = subgroupLane == 0u;" : ""}
  let row = group.y * groups.x + group.x;
  if (row >= u.rows) { return; }
  ${body}
}`;
}

/** Whether this device's shaders know which subgroup a thread is of: without that the parts of several have no order. */
export function hasSubgroups(device: GPUDevice): boolean {
  return device.features.has("subgroups") && navigator.gpu.wgslLanguageFeatures.has("subgroup_id");
}

const SUBGROUPS = `
var<private> ownSubgroup: u32;
var<private> subgroups: u32;
var<private> isFirst: bool;`;

const SUBGROUP_BUILTINS =
  ", @builtin(subgroup_id) subgroup: u32, @builtin(num_subgroups) subgroupCount: u32, @builtin(subgroup_invocation_id) subgroupLane: u32";

interface Reduction {
  /** WGSL's own over a subgroup. */
  readonly within: string;
  readonly join: (one: string, other: string) => string;
}

/** Of all threads of a workgroup; with subgroups only one number of each takes the way through the workgroup's memory. */
function reduction(name: string, grouped: boolean, { within, join }: Reduction): string {
  const [write, count] = grouped
    ? [`let own = ${within}(part);\n  workgroupBarrier();\n  if (isFirst) { parts[ownSubgroup] = own; }`, "subgroups"]
    : ["workgroupBarrier();\n  parts[lane] = part;", "LANES"];
  return `fn ${name}(lane: u32, part: f32) -> f32 {
  ${write}
  workgroupBarrier();
  var found = parts[0];
  for (var i = 1u; i < ${count}; i++) { found = ${join("found", "parts[i]")}; }
  return found;
}`;
}

export function rowGroups(rows: number): [number, number] {
  return [Math.min(rows, WIDEST), Math.ceil(rows / WIDEST)];
}
