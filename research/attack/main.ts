/** `npm run attack -- --poison`: federations some of whose clients send bad updates. `-- --help` says what there is. */
import { setFlagsFromString } from "node:v8";
import { runAll } from "../experiment/runPool.ts";
import { type PoisonOptions, parsePoisonOptions, USAGE, wantedRuns } from "./poisonOptions.ts";
import { readPoisonResults, writePoisonResults } from "./poisonResults.ts";
import { type PoisonResult, type PoisonSettings, runName } from "./poisonRun.ts";
import { poisonTable } from "./poisonTable.ts";

// Node 20 has fused multiply-add in WebAssembly, newer ones without asking; the threads' kernels are a third faster with it.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

try {
  const options = parsePoisonOptions(process.argv.slice(2));
  if (options === "help") console.log(USAGE);
  else await poison(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function poison(options: PoisonOptions): Promise<void> {
  const wanted = wantedRuns(options);
  const results = new Map(readPoisonResults(options.json).map((run) => [runName(run.settings), run]));
  const missing = wanted.filter((settings) => !results.has(runName(settings)));
  console.log(`${wanted.length} runs, ${wanted.length - missing.length} of them done before.`);
  const failures: string[] = [];
  await runAll<PoisonSettings, PoisonResult>(missing, {
    threads: options.threads,
    entry: new URL("poisonThread.ts", import.meta.url),
    workerData: {},
    onProgress: () => {},
    onDone(result) {
      results.set(runName(result.settings), result);
      // After every run, so that nothing is lost when this is stopped.
      writePoisonResults(options.json, [...results.values()]);
      const { accuracy, seconds } = result;
      console.log(`${nameOf(result.settings)}: ${accuracy.toFixed(3)}, ${seconds.toFixed(0)} s`);
    },
    onFailed: (settings, reason) => failures.push(`${nameOf(settings)}: ${reason}`),
  });
  console.log(`\n${poisonTable(wanted.flatMap((settings) => results.get(runName(settings)) ?? []))}`);
  if (failures.length > 0) throw new Error(`${failures.length} runs failed:\n${failures.join("\n")}`);
}

function nameOf({ attack, defence, seed }: PoisonSettings): string {
  return `${attack} against ${defence}, seed ${seed}`;
}
