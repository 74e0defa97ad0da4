/** What clients told of their rounds, as files for other programs: a table, JSON, and runs of TensorBoard. Pure. */
import { writeCsv } from "@duet/lora-core/data/writeCsv";
import { ROUND_PHASES, type RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { zipSync } from "fflate";
import { ADAPTERS } from "../lib/adapters.ts";
import { slug } from "../lib/slug.ts";
import { eventFile } from "../lib/tensorBoard.ts";

export interface FileToSave {
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** Names of figures, a slash between what it is and of which adapter; in this order in every file. */
function figuresOf(metrics: RoundMetrics): readonly (readonly [string, number | null])[] {
  const { trainLoss, accuracy, macroF1, testLoss, testRows, text, fusion, phases, trainTokens, trainSeconds } = metrics;
  const every = sameRows(metrics);
  return [
    ["loss/train", trainLoss],
    ...ADAPTERS.map(({ key }) => [`accuracy/${key}`, accuracy[key]] as const),
    ...ADAPTERS.map(({ key }) => [`macro_f1/${key}`, macroF1[key]] as const),
    ...ADAPTERS.map(({ key }) => [`loss_test/${key}`, testLoss[key]] as const),
    ["test_rows", testRows ?? null],
    // What compares from round to round: in the last one the figures above are of more rows.
    ...ADAPTERS.map(({ key }) => [`same_rows_accuracy/${key}`, every.accuracy[key]] as const),
    ...ADAPTERS.map(({ key }) => [`same_rows_loss_test/${key}`, every.testLoss[key]] as const),
    ["same_rows", every.testRows ?? null],
    ...ADAPTERS.map(({ key }) => [`text_exact/${key}`, text?.exactMatch[key] ?? null] as const),
    ...ADAPTERS.map(({ key }) => [`text_f1/${key}`, text?.tokenF1[key] ?? null] as const),
    ...ADAPTERS.map(({ key }) => [`text_rouge_l/${key}`, text?.rougeL[key] ?? null] as const),
    ["text_rows", text?.rows ?? null],
    ["fusion/personal", fusion?.personal ?? null],
    ["fusion/shared", fusion?.shared ?? null],
    ["train/tokens", trainTokens],
    ["train/seconds", trainSeconds],
    ...ROUND_PHASES.map((phase) => [`seconds/${phase}`, phases?.[phase] ?? null] as const),
  ];
}

/** A line for each client and round; what was not told is empty. */
export function metricsCsv({ config, clients }: Pick<Snapshot, "config" | "clients">): FileToSave {
  const entries = clients.flatMap(({ name, history }) => history.map((entry) => ({ name, ...entry })));
  const names = entries[0] ? figuresOf(entries[0].metrics).map(([figure]) => figure) : [];
  const lines = entries.map(({ name, round, metrics }) => [
    name,
    String(round),
    ...figuresOf(metrics).map(([, value]) => (value === null ? "" : String(value))),
  ]);
  return named(config.name, "metrics.csv", new TextEncoder().encode(writeCsv(["client", "round", ...names], lines)));
}

/** The federation as its page shows it: choices, rounds, clients with their figures. No secrets and no rows are in it. */
export function metricsJson({ config, phase, createdAt, endedAt, rounds, clients }: Snapshot): FileToSave {
  const content = { config, phase, createdAt, endedAt, rounds, clients };
  return named(config.name, "metrics.json", new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`));
}

/** A run for each client, in a folder of its own; the steps are rounds. `tensorboard --logdir` on what it unpacks to shows them. */
export function tensorBoardRuns({ config, rounds, clients, createdAt }: Snapshot): FileToSave {
  const ends = new Map(rounds.map(({ round, closedAt, openedAt }) => [round, closedAt ?? openedAt]));
  const runs = clients.flatMap(({ id, name, history }) => {
    const scalars = history.flatMap(({ round, metrics }) =>
      figuresOf(metrics).flatMap(([tag, value]) =>
        value === null ? [] : [{ at: ends.get(round) ?? createdAt, step: round, tag, value }],
      ),
    );
    const path = `${slug(name)}-${slug(id)}/events.out.tfevents.${Math.floor(createdAt / 1000)}.duet`;
    return scalars.length === 0 ? [] : [[path, eventFile(scalars)] as const];
  });
  return named(config.name, "tensorboard.zip", zipSync(Object.fromEntries(runs)));
}

const named = (name: string, ending: string, content: Uint8Array): FileToSave => ({
  fileName: `${slug(name)}-${ending}`,
  content,
});
