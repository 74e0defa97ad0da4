/** Federations whose messages an attacker reads: runs what is missing, and writes the tables. */
import { readFileSync, writeFileSync } from "node:fs";
import type { z } from "zod";
import { runAll } from "../experiment/runPool.ts";
import { readRuns, writeRuns } from "./keptRuns.ts";
import { type GivenLeakOptions, wantedLeakRuns, wantedPieceRuns } from "./leakOptions.ts";
import { epsilonWords, type LeakSettings, leakResult, leakRunName } from "./leakRun.ts";
import { leakTables } from "./leakTable.ts";
import { type PieceSettings, pieceResult, pieceRunName } from "./pieceRun.ts";
import { pieceTables } from "./pieceTable.ts";

const DOCUMENT = "docs/privacy.md";
const END = "<!-- end -->";

/** @throws {Error} naming the runs that failed, after the others. */
export async function leak(options: GivenLeakOptions): Promise<void> {
  if (!options.words) {
    const results = await kept(options, {
      json: options.json,
      schema: leakResult,
      wanted: wantedLeakRuns(options),
      nameOf: leakRunName,
      thread: new URL("leakThread.ts", import.meta.url),
      words: leakWords,
    });
    write(options, "leak", leakTables(results));
  }
  const steps = await kept(options, {
    json: options["pieces-json"],
    schema: pieceResult,
    wanted: wantedPieceRuns(options),
    nameOf: pieceRunName,
    thread: new URL("pieceThread.ts", import.meta.url),
    words: pieceWords,
  });
  write(options, "pieces", pieceTables(steps));
}

/** Runs of one kind. */
interface Kind<Settings, Result> {
  readonly json: string;
  readonly schema: z.ZodType<Result>;
  readonly wanted: readonly Settings[];
  readonly nameOf: (settings: Settings) => string;
  readonly thread: URL;
  readonly words: (settings: Settings) => string;
}

/** All that are wanted, those that are missing made. @throws {Error} naming the runs that failed, after the others. */
async function kept<Settings, Result extends { readonly settings: Settings; readonly seconds: number }>(
  { threads, data }: GivenLeakOptions,
  { json, schema, wanted, nameOf, thread, words }: Kind<Settings, Result>,
): Promise<readonly Result[]> {
  const results = new Map(readRuns(json, schema).map((run) => [nameOf(run.settings), run]));
  const missing = wanted.filter((settings) => !results.has(nameOf(settings)));
  console.log(`${wanted.length} runs, ${wanted.length - missing.length} of them done before.`);
  const failures: string[] = [];
  await runAll<Settings, Result>(missing, {
    threads,
    entry: thread,
    workerData: { data: data ?? "../shared/data" },
    onProgress: () => {},
    onDone(result) {
      results.set(nameOf(result.settings), result);
      // After every run, so that nothing is lost when this is stopped.
      writeRuns(json, [...results.values()]);
      console.log(`${words(result.settings)}: ${result.seconds.toFixed(0)} s`);
    },
    onFailed: (settings, reason) => failures.push(`${words(settings)}: ${reason}`),
  });
  if (failures.length > 0) throw new Error(`${failures.length} runs failed:\n${failures.join("\n")}`);
  return wanted.flatMap((settings) => results.get(nameOf(settings)) ?? []);
}

/** Into the document's place of that name. @throws {RangeError} when it has none. */
function write({ quick }: GivenLeakOptions, place: string, tables: string): void {
  console.log(`\n${tables}`);
  if (quick) return;
  const document = readFileSync(DOCUMENT, "utf8");
  const mark = `<!-- ${place} -->`;
  const begin = document.indexOf(mark);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new RangeError(`${DOCUMENT} has no place for the tables: a line ${mark} and a line ${END}`);
  writeFileSync(DOCUMENT, `${document.slice(0, begin + mark.length)}\n\n${tables}\n\n${document.slice(end)}`);
}

const leakWords = ({ scenario, method, seed, ...settings }: LeakSettings): string =>
  `${scenario}, ${method}, epsilon ${epsilonWords(settings)}, seed ${seed}`;
const pieceWords = ({ scenario, seed, rows, steps }: PieceSettings): string =>
  `${scenario}, ${rows} rows in ${steps} steps, seed ${seed}`;
