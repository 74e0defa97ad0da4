/** Labelled messages of log systems, a client being a system: how severe they are, or which component wrote them. */
import { countGroups, nearDuplicateGroups } from "@duet/lora-core/data/nearDuplicates";
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { ExperimentData } from "./clientData.ts";
import { type Line, readColumns } from "./publicTables.ts";
import type { RunSettings } from "./runs.ts";

/** Rows of one log template that are kept: most lines of a log differ in numbers only. */
const ROWS_PER_TEMPLATE = 8;
const SEVERITIES: Readonly<Record<string, string>> = {
  INFO: "information",
  notice: "information",
  WARN: "warning",
  WARNING: "warning",
  ERROR: "error",
  error: "error",
  FATAL: "error",
  SEVERE: "error",
};
/** Some messages say their own severity. */
const SEVERITY_WORDS = /\b(info|information|notice|warn|warning|error|fatal|severe|debug)s?\b:?/gi;
/** Components with fewer near-duplicate groups of messages could not be in all three parts of a split. */
const GROUPS_OF_COMPONENT = 3;
const OTHER_COMPONENT = "other";
/** Shares of a split in time. */
const TRAIN_UNTIL = 0.6;
const FUSION_UNTIL = 0.7;

interface LogScenario {
  /** The systems that tell it, those with the most templates first; client i holds the i-th. */
  readonly systems: readonly string[];
  readonly column: string;
  readonly rowsOf: (lines: readonly Line[]) => readonly Row[];
}

const SCENARIOS: Readonly<Record<"severity" | "routing", LogScenario>> = {
  severity: { systems: ["BGL", "Hadoop", "Zookeeper", "OpenStack", "HDFS"], column: "Level", rowsOf: severityRows },
  routing: {
    systems: ["Thunderbird", "BGL", "Linux", "Hadoop", "Zookeeper", "OpenStack", "HDFS"],
    column: "Component",
    rowsOf: routingRows,
  },
};

/** @throws {Error} when a file is missing, or there are more clients than systems. */
export function logData(
  folder: string,
  scenario: "severity" | "routing",
  { clients, seed, rows, split }: Pick<RunSettings, "clients" | "seed" | "rows" | "split">,
): ExperimentData {
  const { systems, column, rowsOf } = SCENARIOS[scenario];
  if (clients > systems.length) throw new Error(`There are logs of ${systems.length} systems, so at most as many clients`);
  const logs = systems.slice(0, clients).map((system) => {
    const lines = readColumns(folder, `loghub/${system}_2k.log_structured.csv`, ["Content", column, "EventTemplate"]);
    return { system, known: rowsOf(split === "time" ? lines : fewOfEach(lines)) };
  });
  const answers = new Set(logs.flatMap(({ known }) => known.map(({ answer }) => answer)));
  return {
    task: { kind: "label", labels: scenario === "severity" ? ["information", "warning", "error"] : [...answers].sort() },
    maxTokens: null,
    clients: logs.map(({ system, known }) => {
      const used = shuffled(known, random(seed, "rows", system)).slice(0, Math.floor(rows / clients));
      return { name: system, split: split === "time" ? inTime(used) : splitRows(used, { seed }), unseen: [] };
    }),
  };
}

/** The first few lines of every template, which is the last value. */
export function fewOfEach(lines: readonly Line[]): readonly Line[] {
  const seen = new Map<string, number>();
  return lines.filter(({ values }) => {
    const template = values.at(-1) ?? "";
    const count = (seen.get(template) ?? 0) + 1;
    seen.set(template, count);
    return count <= ROWS_PER_TEMPLATE;
  });
}

/** Without the words that say how severe a message is. */
function severityRows(lines: readonly Line[]): readonly Row[] {
  return lines.flatMap(({ line, values: [content = "", level = ""] }) => {
    const input = content.replace(SEVERITY_WORDS, " ").replace(/\s+/g, " ").trim();
    const answer = SEVERITIES[level];
    return input && answer ? [{ line, input, answer }] : [];
  });
}

/** A component is the last name of what a log calls it: `0.0.0.0:2181:NIOServerCnxn` is `nioservercnxn`. */
function routingRows(lines: readonly Line[]): readonly Row[] {
  const named = lines.flatMap(({ line, values: [content = "", component = ""] }) => {
    const [input, answer] = [content.trim(), component.split(/[:/]/).at(-1)?.toLowerCase() || OTHER_COMPONENT];
    return input ? [{ line, input, answer }] : [];
  });
  const groupsOf = (component: string) =>
    countGroups(nearDuplicateGroups(named.filter(({ answer }) => answer === component).map(({ input }) => input)));
  const components = [...new Set(named.map(({ answer }) => answer))];
  const frequent = new Set(components.filter((component) => groupsOf(component) >= GROUPS_OF_COMPONENT));
  return named.map((row) => (frequent.has(row.answer) ? row : { ...row, answer: OTHER_COMPONENT }));
}

/** Trains on the past and tests on what came later; a log's lines are in the order of time. */
function inTime(rows: readonly Row[]): DataSplit {
  const ordered = rows.toSorted((a, b) => a.line - b.line);
  const [trained, found] = [TRAIN_UNTIL, FUSION_UNTIL].map((share) => Math.floor(share * ordered.length));
  return { train: ordered.slice(0, trained), fusion: ordered.slice(trained, found), test: ordered.slice(found) };
}
