/**
 * Kernels that do not wait for each other, in one dispatch: the first workgroups do the first, the next ones the second. On a GPU
 * the host takes longer for a dispatch than most kernels of a step run, and many are too small to fill it alone.
 */
import type * as tf from "@tensorflow/tfjs";
import { type Compute, compute } from "./compute.ts";
import { rowGroups } from "./wgsl.ts";

/** Threads of a workgroup. */
export const JOB_THREADS = 64;

/** Equal names of buffers and sizes mean the same in all jobs of a call. */
export interface Job extends Omit<Compute<string>, "source" | "workgroups"> {
  /** Workgroups. */
  readonly groups: number;
  /** WGSL functions that the body calls. Jobs of a call share them by their text. */
  readonly functions?: () => readonly string[];
  /** Of a function of `group` and `lane`, which the whole workgroup calls. */
  readonly body: () => string;
}

/** The least that every device binds at once. */
const BUFFERS = 8;

/** All outputs by name, in as few dispatches as the number of buffers allows. They belong to the surrounding tidy. */
export function runJobs(...jobs: readonly [Job, ...Job[]]): Record<string, tf.Tensor> {
  const [first, ...others] = jobs;
  const dispatches: Job[][] = [];
  let open = [first];
  for (const job of others) {
    if (buffersOf([...open, job]) <= BUFFERS) open.push(job);
    else {
      dispatches.push(open);
      open = [job];
    }
  }
  return Object.assign({}, ...[...dispatches, open].map(dispatch)) as Record<string, tf.Tensor>;
}

function buffersOf(jobs: readonly Job[]): number {
  return new Set(jobs.flatMap(({ outputs, inputs }) => [...Object.keys(outputs), ...Object.keys(inputs)])).size;
}

function dispatch(jobs: readonly Job[]): Record<string, tf.Tensor> {
  const together = <T>(of: (job: Job) => T): T => Object.assign({}, ...jobs.map(of)) as T;
  const ends = jobs.map((_, j) => jobs.slice(0, j + 1).reduce((sum, { groups }) => sum + groups, 0));
  return compute({
    key: jobs.map(({ key }) => key).join(" | "),
    outputs: together(({ outputs }) => outputs),
    inputs: together(({ inputs }) => inputs),
    sizes: { ...together(({ sizes }) => sizes), ...Object.fromEntries(ends.map((end, j) => [`end${j}`, end])) },
    numbers: together(({ numbers = {} }) => numbers),
    workgroups: rowGroups(ends.at(-1) ?? 0),
    source: () => `
${[...new Set(jobs.flatMap(({ functions }) => functions?.() ?? []))].join("\n")}
${jobs.map(({ body }, j) => `fn job${j}(group: u32, lane: u32) {\n${body()}\n}`).join("\n")}
@compute @workgroup_size(${JOB_THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = id.y * groups.x + id.x;
  ${jobs.map((_, j) => `if (group < u.end${j}) { job${j}(group${j > 0 ? ` - u.end${j - 1}` : ""}, lane); return; }`).join("\n  ")}
}`,
  });
}
