/**
 * Where a round's time goes at one client, in this process: a default federation's second round and its last, by phase, and the
 * optimiser's steps by op. The network is not in it: what a client waits for is in the demo's and the load test's reports.
 */

import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { DEFAULT_ADAPTER, DEFAULT_UPLOAD, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import { type PhaseSeconds, ROUND_PHASES, type RoundPhase } from "@duet/lora-core/protocol/metrics";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { roundNumbers } from "@duet/lora-core/schedule/roundNumbers";
import { fdLora } from "@duet/lora-core/strategies/fdLora";
import { observeKernels } from "@duet/lora-engine/kernels/wasmKernels";
import type { Client } from "@duet/lora-engine/training/client";
import { prepareClient } from "@duet/lora-engine/training/prepareClient";
import { RoundReport } from "@duet/lora-engine/training/roundReport";
import { createRunControl } from "@duet/lora-engine/training/runControl";
import { runRound } from "@duet/lora-engine/training/runRound";
import * as tf from "@tensorflow/tfjs";
import { methodNamed } from "../experiment/methodVariants.ts";
import { openModel } from "../experiment/openModel.ts";
import { useNodeWasm } from "../runner/nodeWasm.ts";

const MODELS = ["use-lite", "duet-tiny"];
/** What the organiser's page proposes. */
const BUDGETS = { local: { unit: "steps", amount: 24 }, inner: { unit: "steps", amount: 12 }, rounds: 4 } as const;
const METHOD = methodNamed(fdLora.id, null);
const MIDDLE = 2;
const SPLIT = { train: 240, fusion: 30, test: 60 };

export interface RoundProfile {
  readonly model: string;
  readonly threads: number;
  /** Seconds before the first round. */
  readonly load: number;
  readonly tokenise: number;
  /** Seconds of a round in the middle, and of the last one. */
  readonly middle: PhaseSeconds;
  readonly last: PhaseSeconds;
  /** Of every round, the one of learning alone included. */
  readonly all: readonly PhaseSeconds[];
  /** Of the steps of a round in the middle, longest first; what is neither a kernel of ours nor one of TF.js is "rest". */
  readonly ops: readonly OpTime[];
}

export interface OpTime {
  /** An own kernel by its name, one of TF.js as "tfjs NAME". */
  readonly name: string;
  readonly calls: number;
  readonly ms: number;
}

/** The phases that this process has: there is nobody to wait for. */
export const COMPUTED_PHASES = ROUND_PHASES.filter((phase) => phase !== "load" && phase !== "tokenise" && phase !== "wait");

/** One base after the other. */
export async function* measureRounds(threads: number): AsyncGenerator<RoundProfile> {
  for (const model of MODELS) yield await measureRound(model, threads);
}

async function measureRound(id: string, threads: number): Promise<RoundProfile> {
  const [{ model, defaultTargets }, load] = await clocked(() => openModel(`models/${id}`));
  const device = await useNodeWasm(threads);
  const { task, rows } = sample();
  const bound = await model.prepare(task);
  const adapter = { ...DEFAULT_ADAPTER, targetModules: [...defaultTargets] };
  const setup = { task, adapter, training: defaultTraining(model.family), upload: DEFAULT_UPLOAD, seed: 7, clientSeed: 11 };
  const [fresh, tokenise] = await clocked(() => prepareClient(bound, model.linears, setup, rows));
  const initial = initialAdapter(adapterLayout(model.linears, adapter), 5);
  // The mean of one client's adapters is its own.
  const received = (client: Client) => encodeAdapter(client === fresh ? initial : client.held.shared, client.layout);
  const ended: Ended[] = [];
  for (const round of roundNumbers(METHOD.firstRound, BUDGETS.rounds)) {
    const client = ended.at(-1)?.client ?? fresh;
    ended.push(await run(client, round, received(client)));
  }
  const [middle, last] = [ended[MIDDLE - METHOD.firstRound], ended.at(-1)];
  const before = ended[MIDDLE - 1 - METHOD.firstRound];
  if (!before || !middle || !last) throw new RangeError("unreachable: there is a round before the middle, and one after it");
  const ops = await opsOf(() => run(before.client, MIDDLE, received(before.client)));
  bound.dispose();
  model.dispose();
  const all = ended.map(({ phases }) => phases);
  return { model: id, threads: device.threads, load, tokenise, all, middle: middle.phases, last: last.phases, ops };
}

function sample() {
  const { train, fusion, test } = SPLIT;
  const { task, clients } = logsScenario({ clients: 1, seed: 11, rowsPerClient: train + fusion + test });
  const all = clients[0]?.rows ?? [];
  const rows = { train: all.slice(0, train), fusion: all.slice(train, train + fusion), test: all.slice(train + fusion) };
  return { task, rows };
}

async function run(client: Client, round: number, received: Uint8Array) {
  const plan = METHOD.plan(BUDGETS, { round, isNewcomer: false });
  const report = new RoundReport(round, () => {});
  const { held, served } = await runRound(client, { round, plan, received }, report, createRunControl());
  return { client: { ...client, held, served, lastRound: round }, phases: report.phases() };
}

type Ended = Awaited<ReturnType<typeof run>>;

/** What a round's kernels take, ours and those of TF.js, whose profiler makes the rest longer than it is. */
async function opsOf(work: () => Promise<unknown>): Promise<readonly OpTime[]> {
  const times = new Map<string, { calls: number; ms: number }>();
  const count = (name: string, ms: number) => {
    const known = times.get(name) ?? { calls: 0, ms: 0 };
    times.set(name, { calls: known.calls + 1, ms: known.ms + ms });
  };
  observeKernels(count);
  const startedAt = performance.now();
  const { kernels } = await tf.profile(async () => {
    await work();
    return [];
  });
  const all = performance.now() - startedAt;
  observeKernels(null);
  // An op of ours runs in a scope of TF.js', whose time is that of the kernels in it.
  for (const { name, kernelTimeMs } of kernels.filter(isKernel)) count(`tfjs ${name}`, Number(await kernelTimeMs));
  const known = [...times.values()].reduce((sum, { ms }) => sum + ms, 0);
  times.set("rest", { calls: 1, ms: Math.max(0, all - known) });
  return [...times].map(([name, time]) => ({ name, ...time })).sort((a, b) => b.ms - a.ms);
}

const isKernel = ({ name }: { readonly name: string }) => /^[A-Z_]/.test(name);

async function clocked<T>(work: () => T | Promise<T>): Promise<readonly [T, number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, (performance.now() - startedAt) / 1000];
}

/** Share of evaluation in all that these rounds computed. */
export function evaluationShare(rounds: readonly PhaseSeconds[]): number {
  const total = (phase: RoundPhase) => rounds.reduce((sum, phases) => sum + phases[phase], 0);
  return total("evaluation") / COMPUTED_PHASES.reduce((sum, phase) => sum + total(phase), 0);
}
