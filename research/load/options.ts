/** What `npm run load` is asked for. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { codingByName, nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { DEFAULT_UPLOAD } from "@duet/lora-core/federation/federationDefaults";
import { z } from "zod";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const share = z.coerce.number().min(0).max(1);

const options = z.strictObject({
  clients: whole(1, 10_000).default(500),
  sample: whole(0, 10_000).default(0),
  bytes: whole(20_000, 128_000_000).default(1_400_000),
  upload: codingByName.default(DEFAULT_UPLOAD),
  rounds: whole(1, 200).default(3),
  watchers: whole(0, 1000).default(0),
  minutes: z.coerce.number().min(0).max(600).default(0),
  drop: share.default(0),
  straggle: share.default(0),
  deadline: whole(30, 3600).default(300),
  processes: whole(1, 64).default(2),
  stored: whole(0, 100_000).default(0),
  seed: whole(0, 1e9).default(1),
  json: z.string().optional(),
});
export type LoadOptions = z.output<typeof options>;

export const USAGE = `npm run load -- [options]

  Clients over real sockets against a coordinator in a process of its own. They train nothing: each sends an adapter of its own.

  --clients N      in all, dealt out to as many federations as that takes (default 500)
  --sample N       of them in a round, drawn anew for each; 0 for all (default 0)
  --bytes N        of an adapter, about (default 1400000)
  --upload FORMAT  how it is coded: f32, f16, int8, int4 (default ${nameOfCoding(DEFAULT_UPLOAD)})
  --rounds N       rounds with an upload (default 3)
  --watchers N     further sockets that only watch (default 0)
  --minutes N      as many rounds as this takes, in place of --rounds
  --drop P         share of the clients whose connection is cut during a round's upload (default 0)
  --straggle P     share of the clients that miss a round's deadline (default 0)
  --deadline S     of a round, seconds (default 300)
  --stored N       in place of all this: N federations are created, and the coordinator is stopped and started again
  --processes N    that the clients run in (default 2)         --seed N
  --json FILE      write the figures too`;

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parseOptions(args: readonly string[]): LoadOptions | "help" {
  const names = Object.keys(options.shape).map((name) => [name, { type: "string" as const }] as const);
  const { values } = parseCommandLine({
    args: [...args],
    options: { ...Object.fromEntries(names), help: { type: "boolean" as const, short: "h" } },
  });
  if ("help" in values && values.help) return "help";
  const parsed = options.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(schemaWords(parsed.error, { given: values, nameOf: ([option]) => `--${String(option)}` }));
}
