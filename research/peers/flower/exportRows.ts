/** The rows of a federation as a file for each client, so that the demo trains on them too. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExperimentData } from "../../experiment/clientData.ts";

/** FOLDER/rows/client-N.csv, with the columns input and label. */
export function exportRows(folder: string, { clients }: ExperimentData): void {
  mkdirSync(join(folder, "rows"), { recursive: true });
  for (const [index, { split }] of clients.entries()) {
    const rows = [...split.train, ...split.fusion, ...split.test];
    const lines = rows.map(({ input, answer }) => `${quoted(input)},${quoted(answer)}`);
    writeFileSync(join(folder, "rows", `client-${index}.csv`), `input,label\n${lines.join("\n")}\n`);
  }
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
