/** Steps of this checkout against those of another, in turns within one run, so that a busy machine slows both alike. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { STEP_NAMES, type StepName } from "./stepNames.ts";
import type { StepAnswer, StepRequest } from "./stepServer.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVER = "research/bench/stepServer.ts";
/** In each turn every side takes so many steps: all batches of real rows once. */
const STEPS = 4;
const WARM_UP = 4;
const TURNS = 11;

export interface RaceOutcome {
  readonly subject: StepName;
  readonly threads: number;
  /** Of one step, medians: this checkout, then the other. */
  readonly cpuMs: readonly [number, number];
  readonly ms: readonly [number, number];
  /** How many times as fast this one is: medians and quartiles over the turns, each of which both took. */
  readonly cpuRatio: Quartiles;
  readonly ratio: Quartiles;
  /** Between the losses of both after the same steps, nats; the largest. */
  readonly difference: number;
}

export type Quartiles = readonly [lower: number, median: number, upper: number];

/** One subject after the other. `other` is the root of a checkout that is set up and has this benchmark. */
export async function* raceSteps(
  other: string,
  threadCounts: readonly number[],
  names: readonly StepName[] = STEP_NAMES,
): AsyncGenerator<RaceOutcome> {
  const sides = [ROOT, resolve(other)].map((root) => {
    const side = fork(join(root, SERVER), [], { cwd: root, execArgv: ["--import", "tsx"] });
    side.setMaxListeners(0);
    return side;
  });
  try {
    for (const threads of threadCounts) for (const subject of names) yield await race(sides, { subject, threads, steps: STEPS });
  } finally {
    for (const side of sides) side.disconnect();
  }
}

async function race(sides: readonly ChildProcess[], request: StepRequest): Promise<RaceOutcome> {
  const turns: (readonly [StepAnswer, StepAnswer])[] = [];
  for (let turn = -1; turn < TURNS; turn++) {
    const steps = turn < 0 ? WARM_UP : request.steps;
    const answers: StepAnswer[] = [];
    for (const side of sides) answers.push(await asked(side, { ...request, steps }));
    const [ours, theirs] = answers;
    if (ours && theirs) turns.push([ours, theirs]);
  }
  const timed = turns.slice(1);
  const each = (of: (answer: StepAnswer) => number): [number, number] => [
    quartiles(timed.map(([ours]) => of(ours) / STEPS))[1],
    quartiles(timed.map(([, theirs]) => of(theirs) / STEPS))[1],
  ];
  const ratio = (of: (answer: StepAnswer) => number) => quartiles(timed.map(([ours, theirs]) => of(theirs) / of(ours)));
  return {
    subject: request.subject,
    threads: request.threads,
    cpuMs: each(({ cpuMs }) => cpuMs),
    ms: each(({ ms }) => ms),
    cpuRatio: ratio(({ cpuMs }) => cpuMs),
    ratio: ratio(({ ms }) => ms),
    difference: Math.max(...turns.map(([ours, theirs]) => Math.abs(ours.loss - theirs.loss))),
  };
}

/** @throws {Error} when the side has ended. */
async function asked(side: ChildProcess, request: StepRequest): Promise<StepAnswer> {
  side.send(request);
  const ended = once(side, "exit").then(() => {
    throw new Error(`A side of the race has ended in ${request.subject}`);
  });
  const [answer] = await Promise.race([once(side, "message"), ended]);
  // What stepServer.ts sends.
  return answer as StepAnswer;
}

function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.25), at(0.5), at(0.75)];
}
