/**
 * `npm run experiment:report`: writes the tables and pictures of docs/experiments.md, of docs/experiments, of docs/privacy.md and of the README from the runs that are in the repository.
 * A table stands between `<!-- summary STUDY BASELINE -->`, `<!-- cost STUDY BASELINE -->`, `<!-- paired STUDY COMPARED -->` (pairedTable.ts),
 * `<!-- tuned STUDY - -->` or `<!-- overview STUDY,STUDY - -->` and `<!-- end -->`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { costTable } from "./costTable.ts";
import { parseOptions } from "./options.ts";
import { overviewTable } from "./overviewTable.ts";
import { pairedTable } from "./pairedTable.ts";
import { writePlots } from "./plots.ts";
import { readResults } from "./resultsFile.ts";
import { type RunResult, runKey } from "./runs.ts";
import { STUDY_RESULTS } from "./studies.ts";
import { summaryTable } from "./summaryTable.ts";
import { tunedTable } from "./tunedTable.ts";
import { wantedRuns } from "./wantedRuns.ts";

const PICTURES = "docs/experiments";
const PAGES = [
  "docs/experiments.md",
  ...["other-methods", "other-settings", "earlier-rules", "exploratory", "devices-and-uploads"].map(
    (name) => `${PICTURES}/${name}.md`,
  ),
  "docs/privacy.md",
  "README.md",
];
/** Studies with pictures. */
const DRAWN = ["fair-clinc150", "fair-banking77", "fair-medical"];
const PLACE = /(<!-- (summary|cost|paired|tuned|overview) (\S+) (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

const done = new Map(readResults(STUDY_RESULTS).map((run) => [runKey(run.settings), run]));

for (const page of PAGES) writeFileSync(page, readFileSync(page, "utf8").replace(PLACE, filled));
execFileSync(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "format", "--write", ...PAGES], { stdio: "ignore" });
console.log(`${PAGES.join(", ")}: tables of ${done.size} runs.`);
for (const study of DRAWN) console.log((await writePlots(runsOf(study).runs, PICTURES, ["accuracy"])).join("\n"));

function filled(_: string, opening: string, kind: string, study: string, baseline: string, end: string): string {
  if (kind === "overview") return `${opening}\n${overviewTable(study.split(",").map((name) => runsOf(name).runs))}\n\n${end}`;
  const { runs, wanted } = runsOf(study);
  const missing = runs.length < wanted ? `${wanted - runs.length} of ${wanted} runs have not been made.\n\n` : "";
  if (runs.length === 0) return `${opening}\n${missing}${end}`;
  return `${opening}\n${missing}${tableOf(kind, runs, baseline)}\n\n${end}`;
}

function tableOf(kind: string, runs: readonly RunResult[], baseline: string): string {
  if (kind === "tuned") return tunedTable(runs);
  if (kind === "paired") return pairedTable(runs, baseline);
  return kind === "cost" ? costTable(runs, baseline) : summaryTable(runs, baseline);
}

/** The runs of a study that have been made. */
function runsOf(study: string): { readonly runs: readonly RunResult[]; readonly wanted: number } {
  const options = parseOptions(["--study", study]);
  if (options === "help") throw new RangeError("A study has no help");
  const wanted = wantedRuns(options);
  return { runs: wanted.flatMap((settings) => done.get(runKey(settings)) ?? []), wanted: wanted.length };
}
