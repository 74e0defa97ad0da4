/**
 * `npm run bench`, see USAGE: median times of a LoRA step (forward, backward, AdamW, loss read back), of scoring a batch, of a fusion
 * search and of writing, ours beside stock TF.js, jax-js and PyTorch, in the same run on the same data. All start from the same
 * adapter, and their losses, or the tokens that they write, must agree at every step. `node` is wasm in this process, `node-webgpu` a
 * GPU in this process, the others are Chromium. `coordinator` is what aggregation costs there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { WORKS } from "@duet/lora-engine/bench/contestList";
import { TORCH_DEVICES, type TorchDevice } from "@duet/lora-engine/bench/torchPeer";
import { ensureChromium } from "../../tools/setup/chromium.mjs";
import type { BackendRun, TorchFigures } from "./backendRun.ts";
import { runInBrowser } from "./browserRun.ts";
import { type BenchCase, below, benchReport, changeLine, changesBetween, stillBelow } from "./compare.ts";
import { runInNode, torchFigures } from "./nodeRun.ts";
import { OWN_WORKS, type OwnWorkOptions } from "./ownWorks.ts";
import { measurePage } from "./pageRun.ts";
import { machineReport, printCoordinator, printPage, printRun, printScan, SUM_TITLE, sumLine } from "./report.ts";
import type { SumRun } from "./sumRun.ts";

/** `page` is the app itself: how long its main thread is blocked while a tab trains. */
const BACKENDS: readonly string[] = ["node", "wasm", "webgpu", "page"];
/** Only when asked for: it needs a GPU and the package `webgpu`. */
const NODE_WEBGPU = "node-webgpu";
/** Only when asked for: it takes a few minutes. */
const COORDINATOR = "coordinator";
/** Only when asked for: what a secure sum costs. */
const SUMS = "sums";
/** Only when asked for: the app's page with a file of 97 MB. */
const SCAN = "scan";
/** Nats between the losses of two contestants at any step; tokens are the same or not. */
const TOLERANCE = 1e-3;

/** PyTorch's threads: the cores of the machine that the targets are set for. */
const TORCH_THREADS = 2;

const USAGE = `npm run bench -- [options]

  Median times of ours beside stock TF.js, jax-js and PyTorch.

  --backends A,B   ${BACKENDS.join(", ")} (default all of these), ${NODE_WEBGPU}, ${COORDINATOR}, ${SUMS}, ${SCAN}
  --works A,B      ${WORKS.join(", ")} (default all of these), ${Object.keys(OWN_WORKS).join(", ")}
  --threads N      of ragged, both sides (default ${TORCH_THREADS})
  --data FOLDER    the public data sets of ragged (default ../shared/data)
  --float16        on WebGPU: products with float16 weights in float16, where the GPU has them
  --python PATH    Python with PyTorch (default python3)                 DUET_PYTHON
  --torch-device   ${TORCH_DEVICES.join(", ")}: what PyTorch computes on (default cpu)
  --json FILE      write the figures too
  --compare FILE   print what became slower since the run that wrote FILE
  --against FOLDER with step: steps of the checkout in FOLDER in turns with ours
  --least RATIO    end with an error when ours is less than RATIO times as fast as stock TF.js`;

/** Of runs in which a case had less of a lead than `--least`. */
const REPEATS = 2;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? (error.name === "Error" ? error.message : error.stack) : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  allowRelaxedSimd();
  const { values } = parseCommandLine({
    args: process.argv.slice(2),
    options: {
      help: { type: "boolean", short: "h", default: false },
      json: { type: "string" },
      compare: { type: "string" },
      against: { type: "string" },
      least: { type: "string" },
      float16: { type: "boolean", default: false },
      works: { type: "string", default: WORKS.join(",") },
      backends: { type: "string", default: BACKENDS.join(",") },
      threads: { type: "string", default: String(TORCH_THREADS) },
      data: { type: "string", default: "../shared/data" },
      "torch-device": { type: "string", default: "cpu" },
      python: { type: "string", default: process.env.DUET_PYTHON ?? "python3" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const older = values.compare === undefined ? null : readReport(values.compare);
  const least = values.least === undefined ? null : leastRatio(values.least);
  const wanted = namesIn(values.backends, [...BACKENDS, NODE_WEBGPU, COORDINATOR, SUMS, SCAN], "backend");
  const named = namesIn(values.works, [...WORKS, ...Object.keys(OWN_WORKS)], "kind of work");
  const works = named.filter((name) => WORKS.includes(name));
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;
  console.log(`Rank 8, median of five after one to warm up. ${machine}\n`);

  const device = torchDevice(values["torch-device"]);
  const own: object = await ownWorks(named, {
    python: values.python,
    threads: Number(values.threads),
    data: values.data,
    against: values.against,
    browsers: wanted.filter(isBrowsers),
  });
  if (works.length === 0) {
    writeReport({ machine, ...own });
    return;
  }
  const torch = await torchFigures(works, { python: values.python, threads: TORCH_THREADS, device });
  if (typeof torch === "string") console.log(`PyTorch is left out: ${torch}\n`);
  const measured = { wanted, works, torch, halves: values.float16 };
  const runs = await contests(measured);
  let behind = least === null ? [] : below(machineReport(machine, runs).cases, least);
  for (let again = 1; behind.length > 0 && again <= REPEATS; again++) {
    console.log("A case has less of a lead than it must have. Other work on this machine may be why: once more.\n");
    behind = stillBelow(behind, machineReport(machine, await contests(measured)).cases, least ?? 0);
  }
  const coordinator = wanted.includes(COORDINATOR) ? await (await import("./coordinatorRun.ts")).measureCoordinator() : null;
  if (coordinator) printCoordinator(coordinator);
  const sums = wanted.includes(SUMS) ? await measuredSums() : null;
  const page = wanted.includes("page") ? await measurePage() : null;
  if (page) printPage(page);
  const scan = wanted.includes(SCAN) ? await (await import("./scanRun.ts")).measureScan() : null;
  if (scan) printScan(scan);

  const report = machineReport(machine, runs);
  writeReport({ ...report, ...own, page, coordinator, sums, scan });
  if (older) printChanges(older, report.cases);
  for (const { name, where } of behind) console.error(`${name} (${where}) is not ${least} times as fast as stock TF.js.`);
  if (behind.length > 0) process.exitCode = 1;
  const apart = runs.flatMap(({ outcomes }) => outcomes).filter(({ difference }) => !(difference <= TOLERANCE));
  for (const { name, backend } of apart)
    console.error(`The answers of ${name} on ${backend} do not agree: the comparison is void.`);
  if (apart.length > 0) process.exitCode = 1;

  function writeReport(report: object): void {
    if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

/** @throws {Error} when the file is not one that `--json` wrote. */
function readReport(file: string): readonly BenchCase[] {
  const parsed = benchReport.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file} has no figures of this benchmark; name a file that --json wrote`);
  return parsed.data.cases;
}

/** @throws {Error} */
function leastRatio(value: string): number {
  if (!(Number(value) > 0)) throw new Error(`--least takes a number above 0, not ${value}`);
  return Number(value);
}

function printChanges(older: readonly BenchCase[], cases: readonly BenchCase[]): void {
  const changes = changesBetween(older, cases);
  console.log(`Compared with the run before, ${changes.length} of ${cases.length} cases that both have:`);
  for (const change of changes) console.log(`  ${changeLine(change)}`);
}

function isBrowsers(backend: string): backend is "wasm" | "webgpu" {
  return backend === "wasm" || backend === "webgpu";
}

interface Measuring {
  readonly wanted: readonly string[];
  readonly works: readonly string[];
  readonly torch: TorchFigures;
  readonly halves: boolean;
}

/** Every contest of every backend that is wanted, printed as they come. */
async function contests({ wanted, works, torch, halves }: Measuring): Promise<readonly BackendRun[]> {
  const runs: BackendRun[] = [];
  const done = (run: BackendRun) => {
    printRun(run);
    runs.push(run);
  };
  if (wanted.includes("node")) done(await runInNode("wasm", works, torch));
  if (wanted.includes(NODE_WEBGPU)) done(await runInNode("webgpu", works, torch, halves));
  const inBrowser = wanted.filter(isBrowsers);
  if (inBrowser.length > 0) {
    await ensureChromium();
    for await (const run of runInBrowser(inBrowser, works, torch, { halves, alone: false })) done(run);
  }
  return runs;
}

/** The report of those that were asked for. */
async function ownWorks(named: readonly string[], options: OwnWorkOptions): Promise<object> {
  const parts: object[] = [];
  for (const [name, measure] of Object.entries(OWN_WORKS)) if (named.includes(name)) parts.push(await measure(options));
  return Object.assign({}, ...parts);
}

async function measuredSums(): Promise<readonly SumRun[]> {
  const runs: SumRun[] = [];
  console.log(SUM_TITLE);
  for await (const run of (await import("./sumRun.ts")).measureSums()) {
    console.log(sumLine(run));
    runs.push(run);
  }
  return runs;
}

/** @throws {Error} on a name that is not one of the known. */
function namesIn(list: string, known: readonly string[], what: string): readonly string[] {
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`There is no ${what} ${unknown}; choose from ${known.join(", ")}`);
  return names;
}

/** @throws {Error} on anything else. */
function torchDevice(name: string): TorchDevice {
  const found = TORCH_DEVICES.find((known) => known === name);
  if (!found) throw new Error(`PyTorch has no device ${name} here; choose from ${TORCH_DEVICES.join(", ")}`);
  return found;
}
