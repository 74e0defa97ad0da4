/** What clients told of their rounds, as files for other programs: a table, JSON, and runs of TensorBoard. Pure. */
import { writeCsv } from "@duet/lora-core/data/writeCsv";
import { roundFigures } from "@duet/lora-core/protocol/roundFigures";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { zipSync } from "fflate";
import { slug } from "../../lib/slug.ts";
import { eventFile } from "../../lib/tensorBoard.ts";

export interface FileToSave {
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** A line for each client and round; what was not told is empty. */
export function metricsCsv({ config, clients }: Pick<Snapshot, "config" | "clients">): FileToSave {
  const entries = clients.flatMap(({ name, history }) => history.map((entry) => ({ name, ...entry })));
  const names = entries[0] ? roundFigures(entries[0].metrics).map(([figure]) => figure) : [];
  const lines = entries.map(({ name, round, metrics }) => [
    name,
    String(round),
    ...roundFigures(metrics).map(([, value]) => (value === null ? "" : String(value))),
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
      roundFigures(metrics).flatMap(([tag, value]) =>
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
