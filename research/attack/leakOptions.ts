/** The command line of `npm run attack -- --leak`. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { z } from "zod";
import { type LeakSettings, leakScenarios } from "./leakRun.ts";
import type { PieceSettings } from "./pieceRun.ts";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const fields = z.strictObject({
  scenarios: z
    .array(z.enum(leakScenarios))
    .min(1)
    .default([...leakScenarios]),
  "first-seed": whole(1, 1000).default(1),
  seeds: whole(2, 100).default(5),
  clients: whole(3, 10).default(3),
  rows: whole(16, 500).default(30),
  threads: whole(1, 64).default(2),
  data: z.string().optional(),
  json: z.string().default("docs/privacy/leak.json"),
  "pieces-json": z.string().default("docs/privacy/pieces.json"),
});
export type LeakOptions = z.output<typeof fields>;

export interface GivenLeakOptions extends LeakOptions {
  readonly quick: boolean;
  /** The attack on one step alone. */
  readonly words: boolean;
}

export const LEAK_USAGE = `npm run attack -- --leak [options]

  Federations whose messages an attacker reads: who was trained on, planted sentences, words out of one step. Writes its table into docs/privacy.md.

  --quick                  medical at two seeds, into out/leak.json; the document stays as it is
  --words                  the attack on one step alone
  --scenarios A,B          ${leakScenarios.join(", ")} (default all)
  --seeds S                from --first-seed on (defaults 5, 1); each one's runs are the shadow runs of the others
  --clients N --rows N     rows of a client (defaults 3, 30)
  --threads N              runs at the same time (default 2)
  --data FOLDER            the public data sets (default beside the project)
  --json FILE              runs that are in it are not repeated (default docs/privacy/leak.json)
  --pieces-json FILE       the same of the attack on one step (default docs/privacy/pieces.json)`;

const QUICK = { scenarios: "medical", seeds: "2", json: "out/leak.json", "pieces-json": "out/pieces.json" };

/** What is compared. Private clients answer with what FedAvg sends; a fused adapter is what FDLoRA's clients keep. */
const VARIANTS = [
  { method: "fedavg", epsilon: null },
  { method: "fedavg", epsilon: 8 },
  { method: "fedavg", epsilon: 1 },
  { method: "fdlora:private", epsilon: null },
  { method: "fdlora:private", epsilon: 8 },
  { method: "fdlora:private", epsilon: 1 },
  { method: "fedavg", epsilon: null, clientEpsilon: 8 },
  { method: "fedavg", epsilon: null, clientEpsilon: 1 },
  { method: "fdlora:private", epsilon: null, clientEpsilon: 8 },
  { method: "fdlora:private", epsilon: null, clientEpsilon: 1 },
] as const;

/** As in the studies of what privacy costs: noise wants few steps of many rows. Nearly seven passes over a client's rows. */
const TRAINING = { rounds: 2, steps: 6, batchSize: 20 } as const;
const LEARNING_RATES = { medical: 0.02, intents: 0.01 } as const;

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parseLeakOptions(args: readonly string[]): GivenLeakOptions | "help" {
  const names = Object.keys(fields.shape).map((name) => [name, { type: "string" as const }] as const);
  const flags = {
    leak: { type: "boolean" as const },
    quick: { type: "boolean" as const },
    words: { type: "boolean" as const },
    help: { type: "boolean" as const },
  };
  const {
    leak: _,
    quick,
    words,
    help,
    ...values
  } = parseCommandLine({
    args: [...args],
    options: { ...Object.fromEntries(names), ...flags },
  }).values;
  if (help) return "help";
  const texts = Object.entries({ ...(quick ? QUICK : {}), ...values });
  const given = Object.fromEntries(texts.map(([name, text]) => [name, name === "scenarios" ? String(text).split(",") : text]));
  const result = fields.safeParse(given);
  if (result.success) return { ...result.data, quick: quick === true, words: words === true };
  throw new Error(schemaWords(result.error, { given, nameOf: ([option]) => `--${String(option)}` }));
}

/** One row and four in one step, and what the federations above do in a round. */
const READ = [
  { rows: 1, steps: 1 },
  { rows: 4, steps: 1 },
  { rows: 30, steps: 6 },
] as const;

/** Of the attack on one step. */
export function wantedPieceRuns({ seeds, scenarios, "first-seed": first }: LeakOptions): readonly PieceSettings[] {
  return Array.from({ length: seeds }, (_, i) => i + first).flatMap((seed) =>
    scenarios.flatMap((scenario) => READ.map((size) => ({ scenario, seed, ...size }))),
  );
}

/** Seeds outermost, so that a whole table is there early. */
export function wantedLeakRuns(options: LeakOptions): readonly LeakSettings[] {
  const { clients, rows } = options;
  return Array.from({ length: options.seeds }, (_, i) => i + options["first-seed"]).flatMap((seed) =>
    options.scenarios.flatMap((scenario) =>
      VARIANTS.map((variant) => ({
        scenario,
        ...variant,
        seed,
        clients,
        rows,
        ...TRAINING,
        learningRate: LEARNING_RATES[scenario],
      })),
    ),
  );
}
