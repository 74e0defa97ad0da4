/** The rows of every simulated client, from the public data sets that lie beside the project. */
import { dirichletPartition } from "@duet/lora-core/data/dirichletPartition";
import type { Row } from "@duet/lora-core/data/row";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { ExperimentData } from "./clientData.ts";
import { parsingData } from "./parsingData.ts";
import { type Line, readColumns } from "./publicTables.ts";
import type { RunSettings } from "./runs.ts";

/** Fewest rows a client gets. */
const MIN_ROWS = 24;
/** Rows of one log template that are kept: most lines of a log differ in numbers only. */
const ROWS_PER_TEMPLATE = 8;
/** The systems whose files tell severities, those with the most templates first; client i holds the i-th. */
const SYSTEMS = ["BGL", "Hadoop", "Zookeeper", "OpenStack", "HDFS"] as const;
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

/** @throws {Error} when a file is missing, or there are more clients than systems. */
export function experimentData(folder: string, settings: RunSettings): ExperimentData {
  switch (settings.scenario) {
    case "medical":
      return divided(medicalRows(folder), settings);
    case "alerts":
      return divided(alertRows(folder), settings);
    case "intents":
      return divided(intentRows(folder), settings);
    case "severity":
      return bySystem(folder, settings);
    case "parsing":
      return parsingData(folder, settings);
    default:
      return settings.scenario satisfies never;
  }
}

/** All labelled texts of a scenario that has one file, before anybody divides them. */
export function labelledRows(folder: string, scenario: "medical" | "intents"): readonly Row[] {
  return scenario === "medical" ? medicalRows(folder) : intentRows(folder);
}

/** Symptom texts of 24 diagnoses. */
function medicalRows(folder: string): readonly Row[] {
  return readColumns(folder, "medical/Symptom2Disease.csv", ["text", "label"]).map(
    ({ line, values: [text = "", label = ""] }) => ({
      line,
      input: text,
      answer: label,
    }),
  );
}

/** Requests to an assistant (CLINC150), by their ten domains. */
function intentRows(folder: string): readonly Row[] {
  return readColumns(folder, "intents/clinc150.csv", ["text", "domain"]).map(({ line, values: [text = "", domain = ""] }) => ({
    line,
    input: text,
    answer: domain.replaceAll("_", " "),
  }));
}

/** BGL messages: an alert of any kind, or none. */
function alertRows(folder: string): readonly Row[] {
  return fewOfEach(readColumns(folder, "loghub/BGL_2k.log_structured.csv", ["Content", "Label", "EventTemplate"])).map(
    ({ line, values: [content = "", label = ""] }) => ({ line, input: content, answer: label === "-" ? "normal" : "alert" }),
  );
}

/** Messages of one system each, without the words that say how severe they are. */
function bySystem(folder: string, { clients, seed, rows }: RunSettings): ExperimentData {
  if (clients > SYSTEMS.length) throw new Error(`There are logs of ${SYSTEMS.length} systems, so at most as many clients`);
  return {
    task: { kind: "label", labels: ["information", "warning", "error"] },
    maxTokens: null,
    clients: SYSTEMS.slice(0, clients).map((system) => {
      const table = readColumns(folder, `loghub/${system}_2k.log_structured.csv`, ["Content", "Level", "EventTemplate"]);
      const known = fewOfEach(table).flatMap(({ line, values: [content = "", level = ""] }): Row[] => {
        const input = content.replace(SEVERITY_WORDS, " ").replace(/\s+/g, " ").trim();
        const answer = SEVERITIES[level];
        return input && answer ? [{ line, input, answer }] : [];
      });
      const used = shuffled(known, random(seed, "rows", system)).slice(0, Math.floor(rows / clients));
      return { name: system, split: splitRows(used, { seed }), unseen: [] };
    }),
  };
}

/** The same seed deals out the same rows, whatever the method. */
function divided(all: readonly Row[], { clients, alpha, seed, rows }: RunSettings): ExperimentData {
  const used = shuffled(all, random(seed, "rows")).slice(0, rows);
  const labels = [...new Set(used.map(({ answer }) => answer))].sort();
  const parts = dirichletPartition(used, { clients, alpha, seed, minRows: MIN_ROWS });
  return {
    task: { kind: "label", labels },
    maxTokens: null,
    clients: parts.map((part, i) => ({ name: `client ${i + 1}`, split: splitRows(part, { seed }), unseen: [] })),
  };
}

/** The first few lines of every template, which is the last value. */
function fewOfEach(lines: readonly Line[]): readonly Line[] {
  const seen = new Map<string, number>();
  return lines.filter(({ values }) => {
    const template = values.at(-1) ?? "";
    const count = (seen.get(template) ?? 0) + 1;
    seen.set(template, count);
    return count <= ROWS_PER_TEMPLATE;
  });
}
