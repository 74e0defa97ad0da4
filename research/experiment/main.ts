/** `npm run experiment`: methods against each other, in simulated federations. `-- --help` says what there is. */
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { runnerInWords } from "../runner/nodeWasm.ts";
import { type ExperimentOptions, parseOptions, USAGE } from "./options.ts";
import { writePlots } from "./plots.ts";
import { readResults, writeResults } from "./resultsFile.ts";
import { runAll } from "./runPool.ts";
import { type RunResult, type RunSettings, runKey } from "./runs.ts";
import { summaryTable } from "./summaryTable.ts";
import { wantedRuns } from "./wantedRuns.ts";

allowRelaxedSimd();

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") console.log(USAGE);
  else await experiment(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function experiment(options: ExperimentOptions): Promise<void> {
  const wanted = wantedRuns(options);
  const rows = new Map(readResults(options.json).map((row) => [runKey(row.settings), row]));
  const missing = wanted.filter((settings) => !rows.has(runKey(settings)));
  console.log(`${wanted.length} runs, ${wanted.length - missing.length} of them done before.`);
  console.log(`${runnerInWords()}; ${options.threads} at the same time, and the kernels of each have a share of the cores.`);
  const failures: string[] = [];
  const startedAt = performance.now();
  let ended = 0;
  await runAll<RunSettings, RunResult>(missing, {
    threads: options.threads,
    entry: new URL("runThread.ts", import.meta.url),
    workerData: { data: options.data ?? "../shared/data" },
    onProgress: () => {},
    onDone(result) {
      rows.set(runKey(result.settings), result);
      // After every run, so that nothing is lost when this is stopped.
      writeResults(options.json, options, [...rows.values()]);
      say(
        result.settings,
        `${result.accuracyMean.toFixed(3)} (worst ${result.accuracyWorst.toFixed(3)}), ${result.seconds.toFixed(0)} s`,
      );
    },
    onFailed(settings, reason) {
      failures.push(`${nameOf(settings)}: ${reason}`);
      say(settings, `failed: ${reason}`);
    },
  });
  const found = wanted.flatMap((settings) => rows.get(runKey(settings)) ?? []);
  console.log(`\n${summaryTable(found)}`);
  if (options.plots) console.log(`Plots: ${(await writePlots(found, options.plots)).join(", ")}`);
  if (failures.length > 0) throw new Error(`${failures.length} runs failed:\n${failures.join("\n")}`);

  function say(settings: RunSettings, outcome: string): void {
    ended += 1;
    const left = ((performance.now() - startedAt) / 60_000 / ended) * (missing.length - ended);
    console.log(`${ended}/${missing.length} ${nameOf(settings)}: ${outcome}; about ${left.toFixed(0)} min left`);
  }
}

function nameOf({ scenario, method, clients, alpha, seed }: RunSettings): string {
  return `${scenario} ${method}, ${clients} clients, alpha ${alpha}, seed ${seed}`;
}
