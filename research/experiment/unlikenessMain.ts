/** `npm run experiment:unlikeness`: how unlike the clients of the tables of docs/experiments.md are in their labels, as a federation measures it. */

import { statisticsOf, unlikenessOf } from "@duet/lora-core/statistics/rowStatistics";
import { experimentData } from "./experimentData.ts";
import { parseOptions } from "./options.ts";
import type { RunSettings } from "./runs.ts";
import { wantedRuns } from "./wantedRuns.ts";

/** Studies whose tables a proposal rests on. */
const STUDIES = ["fair-clinc150", "fair-banking77", "fair-medical", "fair-routing", "fair-abstracts", "fair-severity"];
const USAGE = `npm run experiment:unlikeness [-- --data FOLDER]

  Unlikeness of labels (lora-core/statistics) between the clients of each study, over its seeds; nothing is trained.`;

const [option, folder] = process.argv.slice(2);
if (option !== undefined && (option !== "--data" || folder === undefined)) console.log(USAGE);
else {
  console.log("| study | clients | labels | training rows | unlikeness, over the seeds | mean |");
  console.log("| --- | ---: | ---: | ---: | --- | ---: |");
  for (const study of STUDIES) console.log(lineOf(study, folder ?? "../shared/data"));
}

function lineOf(study: string, data: string): string {
  const seeds = [...new Map(runsOf(study).map((settings) => [settings.seed, settings])).values()].map((settings) =>
    measured(data, settings),
  );
  const values = seeds.map(({ unlikeness }) => unlikeness);
  const known = values.filter((value) => value !== null);
  const { clients, labels, rows } = seeds[0] ?? { clients: 0, labels: 0, rows: 0 };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const shown = values.map((value) => (value === null ? "not told" : value.toFixed(2))).join(", ");
  return `| ${study} | ${clients} | ${labels} | ${rows} | ${shown} | ${mean.toFixed(2)} |`;
}

function runsOf(study: string): readonly RunSettings[] {
  const options = parseOptions(["--study", study]);
  return options === "help" ? [] : wantedRuns(options);
}

function measured(folder: string, settings: RunSettings) {
  const { task, clients } = experimentData(folder, settings);
  const labels = task.kind === "label" ? task.labels : [];
  const each = clients.map(({ split }) =>
    statisticsOf(
      split.train.map(({ answer }) => ({ label: labels.indexOf(answer), tokens: 1 })),
      labels.length,
    ),
  );
  const total = (pick: (own: (typeof each)[number]) => number) => each.reduce((sum, own) => sum + pick(own), 0);
  const sum = {
    rows: total(({ rows }) => rows),
    labels: labels.map((_, at) => total((own) => own.labels[at] ?? 0)),
    lengths: [],
    present: total(({ present }) => present),
    labelNats: total(({ labelNats }) => labelNats),
  };
  return { clients: clients.length, labels: labels.length, rows: sum.rows, unlikeness: unlikenessOf(sum, clients.length) };
}
