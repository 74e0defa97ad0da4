/** The public data sets that lie beside the project, as columns of text. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@duet/lora-core/data/readTable";

export interface Line {
  readonly line: number;
  /** In the order of the columns asked for. */
  readonly values: readonly string[];
}

/** @throws {Error} saying how to get the file. */
export function readColumns(folder: string, file: string, columns: readonly string[]): readonly Line[] {
  const path = join(folder, file);
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing. Put the public data sets there (docs/experiments.md says which), or name a folder with --data.`,
    );
  }
  const table = readTable(readFileSync(path, "utf8"), file);
  return table.rows.map(({ line, values }) => ({ line, values: columns.map((column) => values[column] ?? "") }));
}
