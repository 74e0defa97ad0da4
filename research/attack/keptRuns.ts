/** Runs in a JSON file, one line each, written after every run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** None of a file that is not there. @throws {z.ZodError} on a file of another kind. */
export function readRuns<Run extends z.ZodType>(path: string, run: Run): readonly z.output<Run>[] {
  const file = z.strictObject({ rows: z.array(run) });
  return existsSync(path) ? file.parse(JSON.parse(readFileSync(path, "utf8"))).rows : [];
}

export function writeRuns(path: string, results: readonly object[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{\n"rows": [\n${results.map((row) => JSON.stringify(row)).join(",\n")}\n]\n}\n`);
}
