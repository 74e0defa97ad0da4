/**
 * Runs in a JSON file: `{ settings, rows }`, a row being a run's settings beside what came of it, one line each. What they say of single
 * test rows lies beside it in one compressed file, `{ run's key: test rows }`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { type RunResult, runKey, runResult, runSettings } from "./runs.ts";

const resultsFile = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/** None of a file that is not there. @throws {z.ZodError} on a file of another kind. */
export function readResults(path: string): readonly RunResult[] {
  if (!existsSync(path)) return [];
  const tests = readTests(path);
  return resultsFile.parse(JSON.parse(readFileSync(path, "utf8"))).rows.map((row) => {
    const known = Object.entries(row).filter(([key]) => key in runSettings.shape);
    const found = Object.entries(row).filter(([key]) => !(key in runSettings.shape));
    const settings = runSettings.parse(Object.fromEntries(known));
    return runResult.parse({ ...Object.fromEntries(found), settings, tests: tests[runKey(settings)] });
  });
}

/** `settings` are the options that the runs were asked for with. */
export function writeResults(path: string, settings: object, results: readonly RunResult[]): void {
  const rows = results.map(({ settings, tests: _, ...found }) => JSON.stringify({ ...settings, ...found }));
  const tests = results.flatMap((run) => (run.tests ? [[runKey(run.settings), run.tests] as const] : []));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{\n"settings": ${JSON.stringify(settings)},\n"rows": [\n${rows.join(",\n")}\n]\n}\n`);
  writeFileSync(testsPath(path), gzipSync(JSON.stringify(Object.fromEntries(tests)), { level: 9 }));
}

function readTests(path: string): Readonly<Record<string, unknown>> {
  if (!existsSync(testsPath(path))) return {};
  return z.record(z.string(), z.unknown()).parse(JSON.parse(gunzipSync(readFileSync(testsPath(path))).toString("utf8")));
}

const testsPath = (path: string): string => `${path.replace(/\.json$/, "")}.tests.json.gz`;
