/** What the README says of methods: one line for each scenario, from the runs of its study. */
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { fedAvgFinish } from "@duet/lora-core/strategies/fedAvgFinish";
import { local } from "@duet/lora-core/strategies/local";
import { familyOf, lineKey, withMethod } from "./family.ts";
import type { RunResult, RunSettings } from "./runs.ts";
import { mean } from "./statistics/interval.ts";
import { summaries } from "./tables.ts";

const ROWS: Partial<Record<RunSettings["scenario"], string>> = {
  clinc150: "CLINC150, 150 intents",
  banking77: "Banking77, 77 intents",
  medical: "symptoms, 24 diagnoses",
  abstracts: "medical abstracts, 5 classes",
  routing: "component that wrote a log message",
  severity: "severity of a log message",
};

const COLUMNS: Readonly<Record<string, string>> = {
  "learning alone": local.id,
  FedAvg: fedAvg.id,
  "with a personal finish, the default": fedAvgFinish.id,
  FDLoRA: "fdlora:private",
  "label vectors before any step": "prototypes:federated",
};

/** Of a client, where a line does not say otherwise. */
const STEPS = 72;

/** "Told" is below it, after Holm's correction over all lines of the study. */
const TOLD = 0.05;

/** Mean accuracies where labels' vectors travel; **bold** is told to be better than learning alone, _italic_ to be worse. Markdown. */
export function overviewTable(studies: readonly (readonly RunResult[])[]): string {
  const head = ["mean accuracy", "seeds", ...Object.keys(COLUMNS)];
  const lines = studies.flatMap((runs) => (runs[0] ? [lineOf(runs, runs[0].settings)] : []));
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function lineOf(runs: readonly RunResult[], { scenario, clients, steps }: RunSettings): readonly string[] {
  const family = familyOf(runs, withMethod(local.id));
  const lines = summaries(runs).filter(({ settings }) => settings.prototypes?.travel === "shared");
  const cells = Object.values(COLUMNS).map((method) => {
    const line = lines.find(({ settings }) => settings.method === method);
    if (!line) return "";
    const accuracy = mean(line.runs.map(({ accuracyMean }) => accuracyMean)).toFixed(3);
    const found = family.get(lineKey(line));
    if (!found || found.p === null || found.p >= TOLD) return accuracy;
    return found.difference.mean > 0 ? `**${accuracy}**` : `_${accuracy}_`;
  });
  const seeds = Math.min(...lines.map((line) => line.runs.length));
  const longer = steps === STEPS ? "" : `, ${steps} steps`;
  return [`${ROWS[scenario] ?? scenario}, ${clients} clients${longer}`, String(seeds), ...cells];
}
