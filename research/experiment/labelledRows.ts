/** The public data sets of one file each, as labelled rows before anybody divides them. */
import type { Row } from "@duet/lora-core/data/row";
import { readColumns } from "./publicTables.ts";
import type { RunSettings } from "./runs.ts";

/** A row, and what it is dealt out to clients by. */
export interface LabelledRow {
  readonly row: Row;
  /** Its answer, where a data set knows nothing coarser. */
  readonly kind: string;
}

interface Source {
  readonly file: string;
  /** Column names, and how their values become an answer or a kind. */
  readonly label: string;
  readonly kind?: string;
}

/** Codes and names with underscores are read as words. */
const SOURCES = {
  medical: { file: "medical/Symptom2Disease.csv", label: "label" },
  abstracts: { file: "medical/medical-abstracts.csv", label: "label" },
  intents: { file: "intents/clinc150.csv", label: "domain" },
  clinc150: { file: "intents/clinc150.csv", label: "label", kind: "domain" },
  banking77: { file: "intents/banking77.csv", label: "label" },
} as const satisfies Partial<Record<RunSettings["scenario"], Source>>;
export type LabelledScenario = keyof typeof SOURCES;

/** All rows of a data set, in the order of its file. @throws {Error} when the file is missing. */
export function labelledRows(folder: string, scenario: LabelledScenario): readonly LabelledRow[] {
  const { file, label, kind = label }: Source = SOURCES[scenario];
  return readColumns(folder, file, ["text", label, kind]).map(({ line, values: [input = "", answer = "", of = ""] }) => ({
    row: { line, input, answer: inWords(answer) },
    kind: of,
  }));
}

function inWords(label: string): string {
  return label.replaceAll("_", " ");
}
