/** Runs in a JSON file: `{ settings, rows }`, a row being a run's settings beside what came of it, one line each. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type RunResult, runResult, runSettings } from "./runs.ts";

const resultsFile = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/** None of a file that is not there. @throws {z.ZodError} on a file of another kind. */
export function readResults(path: string): readonly RunResult[] {
  if (!existsSync(path)) return [];
  return resultsFile.parse(JSON.parse(readFileSync(path, "utf8"))).rows.map((row) => {
    const known = Object.entries(row).filter(([key]) => key in runSettings.shape);
    const found = Object.entries(row).filter(([key]) => !(key in runSettings.shape));
    return runResult.parse({ ...Object.fromEntries(found), settings: Object.fromEntries(known) });
  });
}

/** `settings` are the options that the runs were asked for with. */
export function writeResults(path: string, settings: object, results: readonly RunResult[]): void {
  const rows = results.map(({ settings, ...found }) => JSON.stringify({ ...settings, ...found }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{\n"settings": ${JSON.stringify(settings)},\n"rows": [\n${rows.join(",\n")}\n]\n}\n`);
}
