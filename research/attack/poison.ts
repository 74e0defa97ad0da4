/** Federations some of whose clients send bad updates: runs what is missing, and prints the table. */
import { runAll } from "../experiment/runPool.ts";
import { readRuns, writeRuns } from "./keptRuns.ts";
import { type PoisonOptions, wantedRuns } from "./poisonOptions.ts";
import { type PoisonResult, type PoisonSettings, poisonResult, runName } from "./poisonRun.ts";
import { poisonTable } from "./poisonTable.ts";

/** @throws {Error} naming the runs that failed, after the others. */
export async function poison(options: PoisonOptions): Promise<void> {
  const wanted = wantedRuns(options);
  const results = new Map(readRuns(options.json, poisonResult).map((run) => [runName(run.settings), run]));
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
      writeRuns(options.json, [...results.values()]);
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
