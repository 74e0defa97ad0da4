/** The command line of `npm run experiment`. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { codingByName } from "@duet/lora-core/compression/uploadCoding";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { DEVICE_CLASSES } from "@duet/lora-core/federation/federationDefaults";
import { fdLora } from "@duet/lora-core/strategies/fdLora";
import { fedAvg } from "@duet/lora-core/strategies/fedAvg";
import { local } from "@duet/lora-core/strategies/local";
import { z } from "zod";
import { precisions, scenarios, sumBits } from "./runs.ts";
import { studyNamed } from "./studies.ts";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const list = <T extends z.ZodType>(entry: T) =>
  z.preprocess(
    (text) =>
      String(text)
        .split(",")
        .map((part) => part.trim()),
    z.array(entry).min(1),
  );

const fields = z.strictObject({
  scenario: z.enum(scenarios).default("medical"),
  data: z.string().optional(),
  methods: list(z.string().min(1)).default([local.id, fedAvg.id, fdLora.id]),
  clients: list(whole(1, 1000)).default([3]),
  alpha: list(z.coerce.number().positive()).default([0.5]),
  seeds: whole(1, 100).default(1),
  "first-seed": whole(1, 1_000_000).default(1),
  rounds: list(whole(1, 200)).default([4]),
  /** Optimiser steps of a client in all, whatever the method does with them. */
  steps: whole(4, 100_000).default(72),
  /** In place of steps: training tokens of a client in all. */
  budget: whole(100, 1e9).optional(),
  local: whole(1, 10_000).default(24),
  inner: list(whole(1, 10_000)).optional(),
  sync: list(whole(0, 1000)).optional(),
  rows: whole(10, 100_000).default(480),
  /** Rows per optimiser step; half the product's default, for more steps in the same time. */
  "batch-size": whole(1, 256).default(8),
  model: list(z.string().min(1)).optional(),
  precision: list(z.enum(precisions)).default(["exact"]),
  "label-noise": z.coerce.number().min(0).max(1).default(0),
  "drop-clients": z.coerce.number().min(0).max(0.9).default(0),
  epsilon: list(z.union([z.literal("none"), z.coerce.number().positive().max(100)])).optional(),
  clip: z.coerce.number().positive().optional(),
  "client-epsilon": list(z.union([z.literal("none"), z.coerce.number().positive().max(100)])).optional(),
  /** A format, and behind a colon the share of the values that is sent. */
  upload: list(codingByName).optional(),
  "sum-bits": list(z.union([z.literal("none"), z.coerce.number().pipe(sumBits)])).optional(),
  decay: list(z.enum(["none", "cosine", "last"])).optional(),
  "learning-rate": z.coerce.number().positive().max(1).optional(),
  devices: list(z.enum(DEVICE_CLASSES)).optional(),
  split: z.literal("time").optional(),
  /** none, or the rate; behind a colon "personal" where they never leave a client. */
  prototypes: list(z.string().regex(/^(none|\d+(\.\d+)?(:personal)?)$/)).optional(),
  codes: z.literal("labels").optional(),
  /** Of clients 1, 2, 3 and so on, over and over. */
  speeds: z
    .string()
    .regex(/^\d+(\.\d+)?(:\d+(\.\d+)?)*$/)
    .optional(),
  work: list(z.enum(["equal", "skipped", "bySpeed", "late"])).optional(),
  /** default, or ranks of clients 1, 2, 3 and so on; behind them how unlike ones come together. */
  ranks: list(z.string().regex(/^(default|\d+(:\d+)*(:(padded|weighted|svd))?)$/)).optional(),
  /** default, or a share; behind it whether those rows are trained on in the end. */
  "fusion-rows": list(z.string().regex(/^(default|0\.\d+(:trained)?)$/)).optional(),
  rules: z.literal("fair").optional(),
  pool: z.literal("tuning").optional(),
  threads: whole(1, 64).default(2),
  json: z.string().default("out/experiment.json"),
  plots: z.string().optional(),
});
/** Only a causal model writes templates. */
const options = fields.transform(({ model, ...others }) => ({
  ...others,
  model: model ?? [`models/${DEFAULT_BASE[others.scenario === "parsing" ? "text" : "label"]}`],
}));
export type ExperimentOptions = z.output<typeof options>;

export const USAGE = `npm run experiment -- [options]

  Federations simulated in this process: the product's rounds, methods and training, without sockets or browsers.

  --study NAME              the runs of a table of the docs; research/experiment/studies.ts has the names
  --quick                   medical rows by fair rules, five methods beside the majority, class means and pooled training, three seeds, with a plot, in a few minutes
  --scenario NAME           ${scenarios.join(", ")}
                            (default medical; needs ../shared/data or --data)
  --data DIR                folder with medical/, loghub/ and intents/ as in ../shared/data
  --methods A,B             ids or id:preset or id:variant, with constants and a rate of its own fedprox:mu=0.01@0.003; "all" is every method there is,
                            "references" what stands beside them (research/experiment/references.ts; default local,fedavg,fdlora)
  --clients N,N --alpha A,A --seeds S   every combination is run (defaults 3, 0.5, 1)
  --first-seed N            seeds from here on (default 1); settings are tuned on others than are reported
  --rounds T,T --steps S    every method gets S optimiser steps per client in all (defaults 4, 72)
  --budget TOKENS           the same in training tokens per client, in place of --steps
  --local E1                of which a method with a stage of local learning spends E1 there (default 24)
  --inner K,K               K steps per round in place of what the budget leaves; then the work is not the same for all
  --sync H,H                FDLoRA's H in place of its preset's, 0 for never
  --rows N                  rows of all clients together (default 480)
  --batch-size N            rows of an optimiser step (default 8)
  --model FOLDER,FOLDER     base models (default models/${DEFAULT_BASE.label}; models/${DEFAULT_BASE.text} for parsing, which has to write)
  --precision P,P           of the frozen base: exact, int8, int4 (default exact)
  --label-noise P           share of training rows with a wrong answer
  --drop-clients P          share of clients that miss a round
  --epsilon E,none          differential privacy of rows, at a delta of 1 / (2 N) of each client (default none)
  --clip C                  norm that a row's gradient is clipped to then (default 1)
  --client-epsilon E,none   differential privacy of clients, at a delta of 1 / (10 n) of n clients (default none)
  --upload F,F:P            how uploads are coded: f32, f16, int8, int4; int8:0.2 sends the largest fifth (default f32)
  --sum-bits none,B         secure sums, without their masks, of values in 16, 12 or 8 bits (default none)
  --learning-rate R         in place of the base's (research/experiment/simulate.ts)
  --decay none,cosine,last  whether the learning rate falls: over a federation, or in its last federated round (default none)
  --fusion-rows S,S:trained share of a client's rows for its fusion, and whether the last round trains on them too (default a tenth)
  --rules fair              who searches nothing trains on the rows of the search too, and a forward pass counts as half a step (a third)
  --devices D,D             usual, small: what is proposed for phones and old laptops, batch size included (default usual)
  --split time              of severity and routing: train on the past, test on the future
  --prototypes R,R:personal label prototypes that learn at R times the learning rate, shared or each client's own (default none)
  --codes labels            labels are numbers, which say nothing of what they mean
  --speeds 1:4:16           how long a step takes clients 1, 2, 3, in steps of the fastest; tables have the simulated time then
  --work W,W                what slower clients do: equal, bySpeed (fewer steps), skipped (none in federated rounds), late (all of it,
                            taken up to four rounds later for less; default equal)
  --ranks 4:8:16:svd,16     of clients 1, 2, 3, and how they come together: padded, weighted, svd (default padded); one rank is everybody's
  --pool tuning             of clinc150, banking77, abstracts: rows that no table uses, to tune settings on
  --threads N               runs at the same time (default 2)
  --json FILE               runs that are in it are not repeated (default out/experiment.json)
  --plots DIR               SVG pictures`;

/** The medical table by fair rules with the first three of its seeds: what a newcomer can wait for. */
const QUICK = [
  ...["--methods", "majority,prototypes:federated,pooled,local,fedavg,fedavg-finish,fedamp,fdlora:private", "--seeds", "3"],
  ...["--rules", "fair", "--prototypes", "1", "--learning-rate", "0.001", "--plots", "out/experiment"],
];

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parseOptions(args: readonly string[]): ExperimentOptions | "help" {
  const { quick, study, help, ...values } = parsed(args);
  if (help) return "help";
  // What is asked for outweighs what a name stands for.
  const meant = { ...(quick ? parsed(QUICK) : {}), ...(typeof study === "string" ? parsed(studyNamed(study)) : {}), ...values };
  const result = options.safeParse(meant);
  if (result.success) return result.data;
  throw new Error(schemaWords(result.error, { given: meant, nameOf: ([option]) => `--${String(option)}` }));
}

function parsed(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const names = [...Object.keys(fields.shape), "study"].map((name) => [name, { type: "string" as const }] as const);
  const flags = { quick: { type: "boolean" as const }, help: { type: "boolean" as const } };
  return parseCommandLine({ args: [...args], options: { ...Object.fromEntries(names), ...flags } }).values;
}
