/** The rows of every simulated client, from the public data sets that lie beside the project. */
import { dirichletPartition } from "@duet/lora-core/data/dirichletPartition";
import type { Row } from "@duet/lora-core/data/row";
import { splitRows } from "@duet/lora-core/data/splitRows";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { ExperimentData } from "./clientData.ts";
import { type LabelledRow, labelledRows } from "./labelledRows.ts";
import { fewOfEach, logData } from "./logData.ts";
import { parsingData } from "./parsingData.ts";
import { readColumns } from "./publicTables.ts";
import type { RunSettings } from "./runs.ts";
import { withFusionShare } from "./trials/fusionPart.ts";
import { rowsOfPool } from "./tuningPool.ts";

/** Fewest rows a client gets. */
const MIN_ROWS = 24;
/** Of an abstract. */
const ABSTRACT_TOKENS = 64;

/** Scenarios whose rows are in the order of time, and those that have some set aside for tuning. */
const IN_TIME: readonly RunSettings["scenario"][] = ["severity", "routing"];
const WITH_POOL: readonly RunSettings["scenario"][] = ["clinc150", "banking77", "abstracts"];

/** @throws {Error} when a file is missing, there are more clients than systems, or the scenario has no such split or pool. */
export function experimentData(folder: string, settings: RunSettings): ExperimentData {
  const { codes, fusionRows, seed } = settings;
  const data = codes ? withCodes(dataOf(folder, settings)) : dataOf(folder, settings);
  if (!fusionRows) return data;
  const clients = data.clients.map((own) => ({ ...own, split: withFusionShare(own.split, fusionRows.share, seed) }));
  return { ...data, clients };
}

/** Every label is its number among all. @throws {RangeError} in a text task. */
function withCodes({ task, clients, ...data }: ExperimentData): ExperimentData {
  if (task.kind !== "label") throw new RangeError("Codes are of labels; this scenario writes texts");
  const codes = new Map(task.labels.map((label, i) => [label, String(i)]));
  const coded = (rows: readonly Row[]) => rows.map((row) => ({ ...row, answer: codes.get(row.answer) ?? row.answer }));
  return {
    ...data,
    task: { kind: "label", labels: [...codes.values()] },
    clients: clients.map(({ split, unseen, ...own }) => ({
      ...own,
      split: { train: coded(split.train), fusion: coded(split.fusion), test: coded(split.test) },
      unseen: coded(unseen),
    })),
  };
}

function dataOf(folder: string, settings: RunSettings): ExperimentData {
  const { scenario, pool, split } = settings;
  if (split && !IN_TIME.includes(scenario)) {
    throw new RangeError(`The rows of ${scenario} have no time; --split time is for ${IN_TIME.join(" and ")}`);
  }
  if (pool && !WITH_POOL.includes(scenario)) {
    throw new RangeError(`${scenario} has no rows set aside for tuning; --pool tuning is for ${WITH_POOL.join(", ")}`);
  }
  switch (scenario) {
    case "medical":
    case "intents":
      return divided(labelledRows(folder, scenario), settings);
    case "clinc150":
    case "banking77":
      return divided(rowsOfPool(labelledRows(folder, scenario), pool ?? "tables"), settings);
    case "abstracts":
      return { ...divided(rowsOfPool(labelledRows(folder, scenario), pool ?? "tables"), settings), maxTokens: ABSTRACT_TOKENS };
    case "alerts":
      return divided(alertRows(folder), settings);
    case "severity":
    case "routing":
      return logData(folder, scenario, settings);
    case "parsing":
      return parsingData(folder, settings);
    default:
      return scenario satisfies never;
  }
}

/** BGL messages: an alert of any kind, or none. */
function alertRows(folder: string): readonly LabelledRow[] {
  const lines = fewOfEach(readColumns(folder, "loghub/BGL_2k.log_structured.csv", ["Content", "Label", "EventTemplate"]));
  return lines.map(({ line, values: [input = "", label = ""] }) => {
    const answer = label === "-" ? "normal" : "alert";
    return { row: { line, input, answer }, kind: answer };
  });
}

/** Dealt out by their kinds. The same seed deals out the same rows, whatever the method. */
function divided(all: readonly LabelledRow[], { clients, alpha, seed, rows }: RunSettings): ExperimentData {
  const used = shuffled(all, random(seed, "rows")).slice(0, rows);
  const labels = [...new Set(used.map(({ row }) => row.answer))].sort();
  const answers = new Map(used.map(({ row }) => [row.line, row.answer]));
  const kinds = used.map(({ row, kind }) => ({ ...row, answer: kind }));
  const parts = dirichletPartition(kinds, { clients, alpha, seed, minRows: MIN_ROWS }).map((part) =>
    part.map((row) => ({ ...row, answer: answers.get(row.line) ?? row.answer })),
  );
  return {
    task: { kind: "label", labels },
    maxTokens: null,
    clients: parts.map((part, i) => ({ name: `client ${i + 1}`, split: splitRows(part, { seed }), unseen: [] })),
  };
}
