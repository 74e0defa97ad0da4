/** The command line of `npm run attack -- --poison`. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { z } from "zod";
import { attackNames } from "./attacks.ts";
import { defenceNames, RECOMMENDED } from "./defences.ts";
import type { PoisonSettings } from "./poisonRun.ts";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const LISTS: readonly string[] = ["attacks", "defences"];

const fields = z.strictObject({
  method: z.string().default(fedAvg.id),
  attacks: z
    .array(z.enum(attackNames))
    .min(1)
    .default([...attackNames]),
  defences: z
    .array(z.enum(defenceNames))
    .min(1)
    .default([...defenceNames]),
  clients: whole(3, 10).default(5),
  /** Share of the clients, at least one. */
  share: z.coerce.number().positive().max(0.49).default(0.2),
  "first-seed": whole(1, 1000).default(1),
  seeds: whole(1, 100).default(3),
  rounds: whole(1, 50).default(3),
  steps: whole(1, 1000).default(8),
  "batch-size": whole(1, 64).default(8),
  rows: whole(20, 300).default(300),
  threads: whole(1, 64).default(2),
  json: z.string().default("docs/robustness/results.json"),
});
export type PoisonOptions = z.output<typeof fields>;

export const USAGE = `npm run attack -- --poison [options]

  Federations on the built-in medical terms in which some clients attack, simulated in this process with real training.

  --quick                  plain mean and the recommended protection at one seed, in a few minutes
  --method ID              with a preset behind a colon (default ${fedAvg.id})
  --attacks A,B            ${attackNames.join(", ")} (default all)
  --defences A,B           ${defenceNames.join(", ")} (default all)
  --clients N --share P    P of the N clients attack, at least one (defaults 5, 0.2)
  --seeds S                from --first-seed on (defaults 3, 1)
  --rounds T --steps K     K optimiser steps per client and round (defaults 3, 8)
  --batch-size N --rows N  rows of a step, rows of a client (defaults 8, 300)
  --threads N              runs at the same time (default 2)
  --json FILE              runs that are in it are not repeated (default docs/robustness/results.json)`;

/** Enough to see it. */
const QUICK = { defences: `none,${RECOMMENDED}`, seeds: "1", json: "out/attack.json" };

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parsePoisonOptions(args: readonly string[]): PoisonOptions | "help" {
  const names = Object.keys(fields.shape).map((name) => [name, { type: "string" as const }] as const);
  const flags = { poison: { type: "boolean" as const }, quick: { type: "boolean" as const }, help: { type: "boolean" as const } };
  const { poison, quick, help, ...values } = parseCommandLine({
    args: [...args],
    options: { ...Object.fromEntries(names), ...flags },
  }).values;
  if (help || !poison) return "help";
  const texts = Object.entries({ ...(quick ? QUICK : {}), ...values });
  const given = Object.fromEntries(texts.map(([name, text]) => [name, LISTS.includes(name) ? String(text).split(",") : text]));
  const result = fields.safeParse(given);
  if (result.success) return result.data;
  throw new Error(schemaWords(result.error, { given, nameOf: ([option]) => `--${String(option)}` }));
}

/** Seeds outermost, so that a whole table is there early. */
export function wantedRuns(options: PoisonOptions): readonly PoisonSettings[] {
  const { method, clients, share, rounds, steps, rows } = options;
  const common = { method, clients, rounds, steps, rows, batchSize: options["batch-size"] };
  const attackers = Math.max(1, Math.floor(share * clients));
  return Array.from({ length: options.seeds }, (_, i) => i + options["first-seed"]).flatMap((seed) =>
    options.defences.flatMap((defence) =>
      options.attacks.map((attack) => ({ ...common, attack, defence, attackers: attack === "none" ? 0 : attackers, seed })),
    ),
  );
}
