/** What each tab of the demo gets: rows of a built-in scenario, or of the user's own file or folder. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { mappedLines, tableLines } from "@duet/headless/data/dataReport";
import { DATA_SENTENCES } from "@duet/lora-core/data/dataSentences";
import { dirichletPartition } from "@duet/lora-core/data/dirichletPartition";
import { guessColumns } from "@duet/lora-core/data/guessColumns";
import { labelsOf } from "@duet/lora-core/data/labelsOf";
import { mapRows } from "@duet/lora-core/data/mapRows";
import { mergeLabels } from "@duet/lora-core/data/mergeLabels";
import { readTable } from "@duet/lora-core/data/readTable";
import type { Row } from "@duet/lora-core/data/row";
import type { Table } from "@duet/lora-core/data/table";
import type { TableReading } from "@duet/lora-core/data/tableOptions";
import { labelTask, type Task } from "@duet/lora-core/data/task";
import { say } from "@duet/lora-core/sayings/saying";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { CLIENTS, type DemoOptions } from "./options.ts";
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
/** Fewest rows of a client: what it should have, and what it must have where a file has few. */
const MIN_ROWS = [30, 6];

export async function demoData(options: DemoOptions): Promise<DemoData> {
  if (options.data === undefined) return sampleScenario(options);
  const found = await stat(options.data).catch(() => {
    throw new Error(`There is no file or folder ${options.data}.`);
  });
  return found.isDirectory() ? fromFolder(options.data, options) : fromFile(options.data, options);
}

async function fromFile(path: string, options: DemoOptions): Promise<DemoData> {
  const file = await readDataFile(path, options);
  const columns = columnsOf([file], options);
  const task = labelTaskOf([file], columns, options);
  const rows = rowsOf(file, task, columns, options);
  const used = shuffled(rows, random(options.seed, "demoRows")).slice(0, options["max-rows"]);
  return {
    title: basename(path, extname(path)),
    task,
    clients: deal(used, options).map((part, index) => ({ name: NAMES[index] ?? `client ${index + 1}`, rows: part })),
  };
}

/** To as many clients as were asked for; without a number to the usual one, or as many as the rows allow. */
function deal(rows: readonly Row[], { clients, alpha, seed }: DemoOptions): readonly (readonly Row[])[] {
  const counts = clients === undefined ? [CLIENTS, 2, 1] : [clients.length];
  let failure: unknown = null;
  for (const count of counts) {
    for (const minRows of MIN_ROWS) {
      try {
        const parts = dirichletPartition(rows, { clients: count, alpha, seed, minRows });
        if (count < CLIENTS && clients === undefined)
          console.log(`  These rows are too few or too alike for ${CLIENTS} clients: dealt out to ${count}.`);
        return parts;
      } catch (error) {
        failure = error;
      }
    }
  }
  throw failure;
}

async function fromFolder(path: string, options: DemoOptions): Promise<DemoData> {
  const files = (await readdir(path)).filter((name) => /\.(csv|tsv|tab|jsonl|ndjson|json)$/i.test(name)).sort();
  if (files.length === 0) throw new Error(`${path} has no CSV, TSV or JSON Lines file`);
  const tables = await Promise.all(files.map((name) => readDataFile(join(path, name), options)));
  const columns = columnsOf(tables, options);
  const task = labelTaskOf(tables, columns, options);
  return {
    title: basename(path),
    task,
    clients: tables.map((table) => ({
      name: basename(table.path, extname(table.path)).slice(0, 40),
      rows: shuffled(rowsOf(table, task, columns, options), random(options.seed, "demoRows", basename(table.path))).slice(
        0,
        options["max-rows"],
      ),
    })),
  };
}

interface DataFile {
  readonly path: string;
  readonly table: Table;
}

async function readDataFile(path: string, { encoding, separator, header, quotes }: DemoOptions): Promise<DataFile> {
  const table = readTable(await readFile(path), basename(path), { encoding, separator, header, quotes });
  console.log(tableLines(path, table).join("\n"));
  return { path, table };
}

/** Those that were asked for, else what the first file looks like. @throws {Error} with a sentence when no column looks like labels. */
function columnsOf(files: readonly DataFile[], { input, label }: DemoOptions): Columns {
  const [first] = files;
  if (!first || (input !== undefined && label !== undefined)) return { input: input ?? "", answer: label ?? "" };
  const guess = guessColumns(first.table);
  const columns = { input: input ?? guess.input, answer: label ?? guess.answer ?? "" };
  if (columns.answer === "") {
    const { columns: there, reading } = first.table;
    const ask = `No column of ${first.path} looks like labels; --label COLUMN names it. It has: ${there.join(", ")}.`;
    throw new Error([ask, ...(first.table.format === "text" ? noticesIn(reading) : [])].join(" "));
  }
  console.log(`  Columns: "${columns.input}" is the input, "${columns.answer}" the answer; --input and --label choose others.`);
  return columns;
}

interface Columns {
  readonly input: string;
  readonly answer: string;
}

type LabelTask = Extract<Task, { kind: "label" }>;

/** The labels of all files together. @throws {Error} with a sentence when the column holds none. */
function labelTaskOf(
  files: readonly DataFile[],
  { answer: column }: Columns,
  { "match-case": matchCase }: DemoOptions,
): LabelTask {
  const counts = files.flatMap(({ path, table }) => {
    if (!table.columns.includes(column)) throw new Error(missingColumn(path, table, column));
    return labelsOf(table, column, { matchCase });
  });
  const labels = mergeLabels(counts, { matchCase }).map(({ label }) => label);
  const parsed = labelTask.safeParse({ kind: "label", labels });
  if (parsed.success) return parsed.data;
  const count = labels.length === 1 ? "only one value" : `${labels.length} different values`;
  const others = files[0]?.table.columns.filter((name) => name !== column && mayBeLabels(files[0]?.table, name)) ?? [];
  const hint = others.length > 0 ? ` It could be one of: ${others.join(", ")}.` : "";
  throw new Error(
    `The column "${column}" is no column of labels: it has ${count}; there must be 2 to 200 of at most 120 characters.${hint}`,
  );
}

function missingColumn(path: string, table: Table, column: string): string {
  const notices = table.format === "text" ? ` ${noticesIn(table.reading).join(" ")}` : "";
  return `${path} has no column "${column}"; it has: ${table.columns.join(", ")}.${notices}`;
}

const noticesIn = ({ notices }: TableReading): readonly string[] => notices.map((notice) => say(DATA_SENTENCES, notice));

const mayBeLabels = (table: Table | undefined, column: string): boolean =>
  table !== undefined &&
  labelTask.safeParse({ kind: "label", labels: labelsOf(table, column).map(({ label }) => label) }).success;

function rowsOf(
  { path, table }: DataFile,
  task: LabelTask,
  columns: Columns,
  { "match-case": matchCase }: DemoOptions,
): readonly Row[] {
  const mapped = mapRows(table, columns, task, { matchCase });
  console.log(mappedLines(path, mapped).join("\n"));
  return mapped.rows;
}
