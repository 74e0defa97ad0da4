/** The figures of a benchmark, for people and as JSON. */
import type { Measured } from "@duet/lora-engine/bench/measureSteps";
import type { Outcome, PeerName } from "@duet/lora-engine/bench/runContest";
import type { Delays, ToldWay } from "./adapterRun.ts";
import type { BackendRun } from "./backendRun.ts";
import type { CoordinatorRun } from "./coordinatorRun.ts";
import type { KindRun } from "./kindsRun.ts";
import type { NanoGptRun } from "./nanoGptRun.ts";
import type { Way } from "./nodesRun.ts";
import type { PageRun } from "./pageRun.ts";
import type { PrivateStep } from "./privateRun.ts";
import type { Pace, RaggedOutcome } from "./raggedRun.ts";
import type { RankSteps } from "./rankRun.ts";
import { COMPUTED_PHASES, evaluationShare, type RoundProfile } from "./roundRun.ts";
import type { ScanRun } from "./scanRun.ts";
import type { StepProfile } from "./stepProfile.ts";
import type { Quartiles, RaceOutcome } from "./stepRace.ts";
import type { SumRun } from "./sumRun.ts";
import type { TeamRun } from "./teamRun.ts";

const PEERS: Readonly<Record<PeerName, string>> = { stockTfjs: "stock TF.js", jaxjs: "jax-js", torch: "PyTorch" };

export function printRun({ where, ceiling, outcomes }: BackendRun): void {
  console.log(`${where}; a plain product of TF.js reaches ${ceiling.toFixed(1)} GFLOP/s`);
  for (const outcome of outcomes) printOutcome(outcome, ceiling);
}

function printOutcome({ name, ours, peers, skipped, ratio, peakRatio, difference }: Outcome, ceiling: number): void {
  console.log(`  ${name}`);
  console.log(`${line("ours", ours)}   ${ours.gflops.toFixed(1)} GFLOP/s, ${percent(ours.gflops / ceiling)} of the product's`);
  for (const [peer, label] of Object.entries(PEERS) as [PeerName, string][]) {
    const found = peers[peer];
    if (found) console.log(`${line(label, found)}   ours is ${ratio[peer]?.toFixed(2)} times as fast`);
    else console.log(`    ${label.padEnd(12)} left out: ${skipped[peer]}`);
  }
  if (peakRatio !== null) console.log(`    peak memory ${percent(peakRatio)} of stock TF.js`);
  console.log(`    answers agree to ${difference.toExponential(1)}\n`);
}

function line(label: string, { msPerStep, spreadMs, tokensPerSecond, peakBytes, dispatches }: Measured): string {
  const peak = peakBytes === null ? "" : `, ${(peakBytes / 2 ** 20).toFixed(0)} MiB`;
  const kernels = dispatches === null ? "" : `, ${dispatches} dispatches`;
  return `    ${label.padEnd(12)}${msPerStep.toFixed(0).padStart(7)} ms ±${spreadMs.toFixed(0).padStart(4)}${tokensPerSecond.toFixed(0).padStart(7)} tok/s${peak}${kernels}`;
}

/** Ops that take less of a round are not printed. */
const LEAST_SHARE = 0.01;

export function printRound({ model, threads, load, tokenise, all: rounds, middle, last, ops }: RoundProfile): void {
  console.log(`A round on ${model}, ${threads === 1 ? "one thread" : `${threads} threads`}, seconds`);
  console.log(`  before the first: load ${load.toFixed(2)}, tokenise ${tokenise.toFixed(2)}`);
  for (const [name, phases] of [
    ["one in the middle", middle],
    ["the last", last],
  ] as const) {
    const each = COMPUTED_PHASES.map((phase) => `${phase} ${phases[phase].toFixed(2)}`).join(", ");
    console.log(`  ${name}: ${each}; evaluation is ${percent(evaluationShare([phases]))}`);
  }
  console.log(`  all ${rounds.length} rounds: evaluation is ${percent(evaluationShare(rounds))}`);
  const all = ops.reduce((sum, { ms }) => sum + ms, 0);
  console.log("  ops of the one in the middle:");
  for (const { name, calls, ms } of ops.filter((op) => op.ms >= LEAST_SHARE * all)) {
    console.log(
      `    ${name.padEnd(24)}${ms.toFixed(0).padStart(7)} ms ${percent(ms / all).padStart(5)}${String(calls).padStart(7)} calls`,
    );
  }
  console.log("");
}

export const NODES_TITLE =
  "A message and its answer on two nodes, by its way, ms\n                                                      median     p99   processor time of both";

export function wayLine({ name, median, p99, processor }: Way): string {
  return `  ${name.padEnd(50)}${median.toFixed(2).padStart(8)}${p99.toFixed(2).padStart(8)}${processor.toFixed(2).padStart(25)}`;
}

export const TOLD_TITLE =
  "An event that sockets on two nodes are told of, by what carries it, ms\n                                                       here            there          processor of\n                                            bytes  median     p95  median     p95  both nodes  carrier  connections";

export function toldLine({ name, kind, here, there, processor, carrierProcessor, connections }: ToldWay): string {
  const delays = (of: Delays | null) => [of?.median, of?.p95].map((ms) => (ms?.toFixed(2) ?? "–").padStart(8)).join("");
  const told = `${name.padEnd(28)}${kind.to === "all" ? "one event" : "each its own"}`.padEnd(40);
  const spent = `${processor.toFixed(2).padStart(12)}${carrierProcessor.toFixed(2).padStart(9)}`;
  return `  ${told}${String(kind.bytes).padStart(7)}${delays(here)}${delays(there)}${spent}${String(connections).padStart(13)}`;
}

export const RANKS_TITLE =
  "Steps by the rank of their adapter, one thread\n  base             rank   ms by the clock   of the processor   over the largest rank: median, least, most";

export function rankLine({ model, rank, clock, processor, ratio }: RankSteps): string {
  const ratios = ratio.map((value) => value.toFixed(3)).join(", ");
  return `  ${model.padEnd(17)}${String(rank).padStart(4)}${clock.toFixed(1).padStart(18)}${processor.toFixed(1).padStart(19)}${ratios.padStart(42)}`;
}

export const raggedTitle = (threads: number): string =>
  `Training on real rows beside transformers and peft, rows a second, ${threads === 1 ? "one thread" : `${threads} threads`} each\n` +
  "  rows, base                        batch  tokens, median and most   ours   peft   random batches   ours / peft   of processor time   losses agree to";

export function raggedLine({ name, batchSize, tokens, ours, peft, peftRandom, difference }: RaggedOutcome): string {
  const figure = ({ clock }: Pace, width: number) => clock.toFixed(1).padStart(width);
  const ratios = (by: keyof Pace) => `${(ours[by] / peft[by]).toFixed(2)}, ${(ours[by] / peftRandom[by]).toFixed(2)}`;
  const figures = `${figure(ours, 7)}${figure(peft, 7)}${figure(peftRandom, 17)}${ratios("clock").padStart(14)}${ratios("processor").padStart(20)}`;
  return `  ${name.padEnd(34)}${String(batchSize).padStart(5)}${tokens.join(", ").padStart(26)}${figures}${difference.toExponential(1).padStart(18)}`;
}

/** Ops that take less are in no line. */
const LEAST_STEP_SHARE = 0.002;

export function printStep({ subject, ms, ops }: StepProfile): void {
  console.log(`A step of ${subject}, one thread: ${ms.toFixed(1)} ms`);
  for (const op of ops.filter((op) => op.ms >= LEAST_STEP_SHARE * ms)) {
    const rate = op.gflops === null ? "" : ` ${op.gflops.toFixed(1).padStart(6)} GFLOP/s`;
    const share = percent(op.ms / ms).padStart(5);
    console.log(`  ${op.name.padEnd(38)}${op.ms.toFixed(2).padStart(8)} ms ${share}${String(op.calls).padStart(6)} calls${rate}`);
  }
  console.log("");
}

export function printRace({ subject, threads, cpuMs, ms, cpuRatio, ratio, difference }: RaceOutcome): void {
  const times = ([ours, theirs]: readonly [number, number]) => `${ours.toFixed(1)} and ${theirs.toFixed(1)} ms`;
  const spread = ([lower, median, upper]: Quartiles) =>
    `${median.toFixed(2)} times as fast (quartiles ${lower.toFixed(2)} to ${upper.toFixed(2)})`;
  console.log(`A step of ${subject}, ${threads === 1 ? "one thread" : `${threads} threads`}, ours and the other's`);
  console.log(`  of the processor: ${times(cpuMs)}, ${spread(cpuRatio)}`);
  console.log(`  by the clock:     ${times(ms)}, ${spread(ratio)}`);
  console.log(`  losses differ by ${difference.toExponential(1)} nats at most\n`);
}

export const PRIVATE_TITLE =
  "Gradients of a step with every row clipped, ms, one thread\n  base         rows  tokens    plain     ours   row by row    ghost";

export function privateLine({ model, rows, tokens, plain, together, rowByRow, ghost }: PrivateStep): string {
  const ms = (value: number, width: number) => value.toFixed(0).padStart(width);
  return `  ${model.padEnd(10)}${ms(rows, 7)}${ms(tokens, 8)}${ms(plain, 9)}${ms(together, 9)}${ms(rowByRow, 13)}${ms(ghost, 9)}`;
}

export const NANO_GPT_TITLE = "GenAI NanoGPT, a decoder of as many products a token as duet-tiny; its losses are its own";

export function nanoGptLine({ name, where, ours, nanoGpt, skipped }: NanoGptRun): string {
  if (!nanoGpt) return `  ${name}, ${where}\n    left out: ${skipped}`;
  const ratio = (nanoGpt.msPerStep / ours.msPerStep).toFixed(2);
  const losses = nanoGpt.answers.map((loss) => loss.toFixed(3)).join(", ");
  return `  ${name}, ${where}\n${line("ours", ours)}\n${line("NanoGPT", nanoGpt)}   ours is ${ratio} times as fast; its losses ${losses}`;
}

export function printPage({ seconds, ...tasks }: PageRun): void {
  console.log(`The app's page while a tab trains, ${seconds.toFixed(0)} s: ${tasksLine(tasks)}\n`);
}

export function printScan({ megabytes, rows, splitSeconds, scanSeconds, ...tasks }: ScanRun): void {
  console.log(
    `The app's page with a file of ${megabytes.toFixed(0)} MB and ${rows} rows: read and split after ${splitSeconds.toFixed(0)} s, looked through for personal data ${scanSeconds.toFixed(0)} s later: ${tasksLine(tasks)}\n`,
  );
}

function tasksLine({ longTasks, longestCpuMs }: Pick<PageRun, "longTasks" | "longestCpuMs">): string {
  const long = longTasks.map(({ ms, cpuMs }) => `${ms.toFixed(0)} ms (${cpuMs.toFixed(0)} of them computing)`).join(", ");
  return `tasks of the main thread over 50 ms: ${long || "none"}.\nThe longest by the processor's time, which other programs do not stretch: ${longestCpuMs.toFixed(0)} ms.`;
}

export function printCoordinator({ aggregations, round }: CoordinatorRun): void {
  console.log("Aggregation and gauge, seconds in a thread:");
  for (const { clients, rank, aggregation, gauge } of aggregations) {
    console.log(
      `  ${`${clients} clients, rank ${rank}`.padEnd(22)}${aggregation.toFixed(2).padStart(7)}${gauge.toFixed(2).padStart(8)}`,
    );
  }
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0);
  console.log(
    `A round of ${round.clients} contributions of ${megabytes(round.adapterBytes)} MB: ${round.seconds.toFixed(1)} s, gauged after ${round.gaugeSeconds.toFixed(1)} s;` +
      ` the event loop stood still for ${round.longestBlockMs.toFixed(0)} ms at most (99 %: ${round.p99BlockMs.toFixed(0)} ms); peak RSS ${megabytes(round.peakRss)} MB.\n`,
  );
}

export const SUM_TITLE = "clients  update MB  masked MB  other up, kB  other down, kB  client s  of it masking s  coordinator s";

/** What a secure sum costs; bytes and seconds of one client. */
export function sumLine({ clients, updateBytes, maskedBytes, otherUp, otherDown, ...seconds }: SumRun): string {
  const figures = [
    clients,
    (updateBytes / 1e6).toFixed(1),
    (maskedBytes / 1e6).toFixed(2),
    (otherUp / 1e3).toFixed(1),
    (otherDown / 1e3).toFixed(1),
    seconds.clientSeconds.toFixed(2),
    seconds.inputSeconds.toFixed(2),
    seconds.coordinatorSeconds.toFixed(2),
  ];
  return figures.map((figure) => String(figure).padStart(9)).join("");
}

export const TEAM_TITLE =
  "A team on use-lite, a process a member\nmembers  threads each  steps between averagings  tokens/s  kB a member and step";

export function teamLine({ members, threads, every, tokensPerSecond, bytesPerStep }: TeamRun): string {
  const between = members === 1 ? "–" : String(every);
  const bytes = members === 1 ? "–" : (bytesPerStep / 1e3).toFixed(0);
  return `${String(members).padStart(7)}${String(threads).padStart(14)}${between.padStart(26)}${tokensPerSecond.toFixed(0).padStart(10)}${bytes.padStart(22)}`;
}

export const KINDS_TITLE = "Kinds of clients, tokens a second, one client at a time";

export const kindLine = ({ base, kind, tokensPerSecond, tokens }: KindRun): string =>
  `  ${base.padEnd(12)}${kind.padEnd(9)}${tokensPerSecond.toFixed(0).padStart(7)} of ${tokens} tokens`;

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** `{machine, cases}`; a case is an outcome and where it ran. */
export function machineReport(machine: string, runs: readonly BackendRun[]) {
  const cases = runs.flatMap(({ where, ceiling, outcomes }) => outcomes.map((outcome) => ({ ...outcome, where, ceiling })));
  return { machine, cases };
}
