/** What each tab of the demo gets: rows of a built-in scenario, or of the user's own file or folder. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { dirichletPartition } from "@duet/lora-core/data/dirichletPartition";
import { labelsOf } from "@duet/lora-core/data/labelsOf";
import { mapRows } from "@duet/lora-core/data/mapRows";
import { readTable } from "@duet/lora-core/data/readTable";
import type { Row } from "@duet/lora-core/data/row";
import type { Task } from "@duet/lora-core/data/task";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { DemoOptions } from "./options.ts";
import { sampleScenario } from "./sampleScenario.ts";

export interface DemoData {
  readonly title: string;
  readonly task: Task;
  readonly clients: readonly { readonly name: string; readonly rows: readonly Row[] }[];
}

const NAMES = [
  "anna",
  "bram",
  "chen",
  "dina",
  "emil",
  "fay",
  "gus",
  "hana",
  "ivo",
  "june",
  "kofi",
  "lea",
  "milo",
  "nora",
  "omar",
  "pia",
];
/** Fewest rows a client can be given of a file. */
const MIN_ROWS = 30;

export async function demoData(options: DemoOptions): Promise<DemoData> {
  if (options.data === undefined) return sampleScenario(options);
  const isFolder = (await stat(options.data)).isDirectory();
  return isFolder ? fromFolder(options.data, options) : fromFile(options.data, options);
}

async function fromFile(path: string, options: DemoOptions): Promise<DemoData> {
  const { rows, task } = await readRows(path, options);
  const used = shuffled(rows, random(options.seed, "demoRows")).slice(0, options["max-rows"]);
  const parts = dirichletPartition(used, {
    clients: options.clients,
    alpha: options.alpha,
    seed: options.seed,
    minRows: MIN_ROWS,
  });
  return {
    title: basename(path, extname(path)),
    task,
    clients: parts.map((part, index) => ({ name: NAMES[index] ?? `client ${index + 1}`, rows: part })),
  };
}

async function fromFolder(path: string, options: DemoOptions): Promise<DemoData> {
  const files = (await readdir(path)).filter((name) => /\.(csv|tsv|jsonl|json)$/i.test(name)).sort();
  if (files.length === 0) throw new Error(`${path} has no CSV, TSV or JSON Lines file`);
  const read = await Promise.all(files.map(async (name) => ({ name, ...(await readRows(join(path, name), options)) })));
  const labels = [...new Set(read.flatMap(({ task }) => task.labels))].sort();
  return {
    title: basename(path),
    task: { kind: "label", labels },
    clients: read.map(({ name, rows }) => ({
      name: basename(name, extname(name)).slice(0, 40),
      rows: shuffled(rows, random(options.seed, "demoRows", name)).slice(0, options["max-rows"]),
    })),
  };
}

async function readRows(path: string, { input = "", label: answer = "" }: DemoOptions) {
  const table = readTable(await readFile(path, "utf8"), basename(path));
  if (!table.columns.includes(answer)) throw new Error(`${path} has no column "${answer}"; it has: ${table.columns.join(", ")}`);
  const labels = labelsOf(table, answer)
    .map(({ label }) => label)
    .sort();
  const task = { kind: "label" as const, labels };
  const { rows, rejected } = mapRows(table, { input, answer }, task);
  for (const { line, reason } of rejected.slice(0, 5)) console.log(`  ${path}, line ${line} left out: ${reason}`);
  if (rejected.length > 5) console.log(`  … and ${rejected.length - 5} more lines left out`);
  return { rows, task };
}
