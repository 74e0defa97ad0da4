/** Where a LoRA step's time goes: every kernel by its shape, those of TF.js, and what is spent outside of both. One thread. */
import { observeKernels } from "@duet/lora-engine/kernels/wasmKernels";
import * as tf from "@tensorflow/tfjs";
import { useNodeWasm } from "../runner/nodeWasm.ts";
import { EVEN_STEPS, type StepName } from "./stepNames.ts";
import { STEP_SUBJECTS } from "./stepSubjects.ts";

const WARM_UP = 3;
const STEPS = 15;

export interface StepProfile {
  readonly subject: StepName;
  /** The shortest of several steps without any counting, and then its kernels, the shortest time of each call: other work can only lengthen them. */
  readonly ms: number;
  readonly ops: readonly StepOp[];
}

export interface StepOp {
  /** An own kernel with the shape of its products, one of TF.js as "tfjs NAME"; "rest" is what is in neither. */
  readonly name: string;
  readonly calls: number;
  readonly ms: number;
  /** Null but of products. */
  readonly gflops: number | null;
}

interface Call {
  readonly name: string;
  readonly ms: number;
  readonly flops: number | null;
}

/** One after the other. */
export async function* profileSteps(): AsyncGenerator<StepProfile> {
  await useNodeWasm(1);
  for (const subject of EVEN_STEPS) yield await profileStep(subject);
}

async function profileStep(subject: StepName): Promise<StepProfile> {
  const training = await STEP_SUBJECTS[subject]();
  for (let step = 0; step < WARM_UP; step++) await training.run();
  const ms = await shortest(training.run);
  const own = shortestCalls(await repeated(() => ownCalls(training.run)));
  const theirs = shortestCalls(await repeated(() => tfjsCalls(training.run)));
  training.dispose();
  const ops = summed([...own, ...theirs]);
  const known = ops.reduce((sum, op) => sum + op.ms, 0);
  return { subject, ms, ops: [...ops, { name: "rest", calls: 1, ms: Math.max(0, ms - known), gflops: null }] };
}

async function repeated<T>(run: () => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (let step = 0; step < STEPS; step++) found.push(await run());
  return found;
}

async function shortest(run: () => Promise<unknown>): Promise<number> {
  const times = await repeated(async () => {
    const startedAt = performance.now();
    await run();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

async function ownCalls(run: () => Promise<unknown>): Promise<readonly Call[]> {
  const calls: Call[] = [];
  observeKernels((kernel, ms, args) => {
    if (kernel !== "productPart") {
      calls.push({ name: kernel, ms, flops: null });
      return;
    }
    const [, , m = 0, n = 0] = args;
    const [turned, k0 = 0, k1 = 0] = [args[8], args[11], args[16]];
    const name = `product [${m}, ${k0}${k1 ? ` + ${k1}` : ""}, ${n}]${turned ? " W^T" : ""}`;
    calls.push({ name, ms, flops: 2 * m * n * (k0 + k1) });
  });
  try {
    await run();
  } finally {
    observeKernels(null);
  }
  return calls;
}

async function tfjsCalls(run: () => Promise<unknown>): Promise<readonly Call[]> {
  const { kernels } = await tf.profile(async () => {
    await run();
    return [];
  });
  // An op of ours runs in a scope of TF.js', whose time is that of the kernels in it.
  const calls = kernels.filter(({ name }) => /^[A-Z_]/.test(name));
  return Promise.all(
    calls.map(async ({ name, kernelTimeMs }) => ({ name: `tfjs ${name}`, ms: Number(await kernelTimeMs), flops: null })),
  );
}

/** Call by call the shortest of all runs, which are of the same calls. */
function shortestCalls(runs: readonly (readonly Call[])[]): readonly Call[] {
  const [first = []] = runs;
  return first.map((call, i) => ({ ...call, ms: Math.min(...runs.map((run) => run[i]?.ms ?? Number.POSITIVE_INFINITY)) }));
}

function summed(calls: readonly Call[]): readonly StepOp[] {
  return [...grouped(calls)]
    .map(([name, of]) => {
      const ms = of.reduce((sum, call) => sum + call.ms, 0);
      const flops = of.reduce((sum, call) => sum + (call.flops ?? 0), 0);
      return { name, calls: of.length, ms, gflops: flops > 0 ? flops / (1e6 * ms) : null };
    })
    .sort((a, b) => b.ms - a.ms);
}

function grouped(calls: readonly Call[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) groups.set(call.name, [...(groups.get(call.name) ?? []), call]);
  return groups;
}
