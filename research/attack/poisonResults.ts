/** Runs in a JSON file, one line each, written after every run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type PoisonResult, poisonResult } from "./poisonRun.ts";

const file = z.strictObject({ rows: z.array(poisonResult) });

/** None of a file that is not there. @throws {z.ZodError} on a file of another kind. */
export function readPoisonResults(path: string): readonly PoisonResult[] {
  return existsSync(path) ? file.parse(JSON.parse(readFileSync(path, "utf8"))).rows : [];
}

export function writePoisonResults(path: string, results: readonly PoisonResult[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `{\n"rows": [\n${results.map((row) => JSON.stringify(row)).join(",\n")}\n]\n}\n`);
}
