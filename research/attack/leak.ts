/** Federations whose messages an attacker reads: runs what is missing, and writes the tables. */
import { readFileSync, writeFileSync } from "node:fs";
import { runAll } from "../experiment/runPool.ts";
import { readRuns, writeRuns } from "./keptRuns.ts";
import { type LeakOptions, wantedLeakRuns } from "./leakOptions.ts";
import { type LeakResult, type LeakSettings, leakResult, leakRunName } from "./leakRun.ts";
import { leakTables } from "./leakTable.ts";

const DOCUMENT = "docs/privacy.md";
const [BEGIN, END] = ["<!-- leak -->", "<!-- end -->"];

/** @throws {Error} naming the runs that failed, after the others. */
export async function leak(options: LeakOptions & { readonly quick: boolean }): Promise<void> {
  const wanted = wantedLeakRuns(options);
  const results = new Map(readRuns(options.json, leakResult).map((run) => [leakRunName(run.settings), run]));
  const missing = wanted.filter((settings) => !results.has(leakRunName(settings)));
  console.log(`${wanted.length} runs, ${wanted.length - missing.length} of them done before.`);
  const failures: string[] = [];
  await runAll<LeakSettings, LeakResult>(missing, {
    threads: options.threads,
    entry: new URL("leakThread.ts", import.meta.url),
    workerData: { data: options.data ?? "../shared/data" },
    onProgress: () => {},
    onDone(result) {
      results.set(leakRunName(result.settings), result);
      // After every run, so that nothing is lost when this is stopped.
      writeRuns(options.json, [...results.values()]);
      console.log(`${nameOf(result.settings)}: ${result.seconds.toFixed(0)} s`);
    },
    onFailed: (settings, reason) => failures.push(`${nameOf(settings)}: ${reason}`),
  });
  const tables = leakTables(wanted.flatMap((settings) => results.get(leakRunName(settings)) ?? []));
  console.log(`\n${tables}`);
  if (failures.length > 0) throw new Error(`${failures.length} runs failed:\n${failures.join("\n")}`);
  if (!options.quick) writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, "utf8"), tables));
}

/** The document with these tables in place of those that it had. @throws {RangeError} when it has no place for them. */
function withTables(document: string, tables: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new RangeError(`${DOCUMENT} has no place for the tables: a line ${BEGIN} and a line ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${document.slice(end)}`;
}

const nameOf = ({ scenario, method, epsilon, seed }: LeakSettings): string =>
  `${scenario}, ${method}, epsilon ${epsilon ?? "none"}, seed ${seed}`;
