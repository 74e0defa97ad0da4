/** The command line of `npm run demo`. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { columnTemplate, tableFlags } from "@duet/headless/data/tableFlags";
import { codingByName, nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { TEXT_ENCODINGS } from "@duet/lora-core/data/textEncoding";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { DEFAULT_UPLOAD, DEMO_METHOD, DEVICE_CLASSES, presetOf } from "@duet/lora-core/federation/federationDefaults";
import { DEVICE_KINDS, type DeviceKind } from "@duet/lora-core/protocol/deviceKind";
import { backendName } from "@duet/lora-core/protocol/metrics";
import { MIN_CLIENTS } from "@duet/lora-core/secureAggregation/minClients";
import { methodOf, strategies } from "@duet/lora-core/strategies/registry";
import { z } from "zod";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Tabs, unless another number is asked for. */
export const CLIENTS = 3;

const MAX_CLIENTS = 16;
const KINDS = DEVICE_KINDS.join(", ");

/** What each client is: so many tabs, or kinds with commas between. */
const clientKinds = z.string().transform((text, context): readonly DeviceKind[] => {
  const named = /^\d+$/.test(text)
    ? Array.from({ length: Number(text) }, () => "tab")
    : text.split(",").map((kind) => kind.trim());
  const kinds = named.flatMap((name) => DEVICE_KINDS.find((kind) => kind === name) ?? []);
  if (kinds.length === named.length && kinds.length >= 1 && kinds.length <= MAX_CLIENTS) return kinds;
  context.addIssue({ code: "custom", message: `must be a number from 1 to ${MAX_CLIENTS}, or a list of ${KINDS}` });
  return z.NEVER;
});

const options = z.strictObject({
  scenario: z.enum(["medical", "logs"]).default("medical"),
  data: z.string().optional(),
  input: columnTemplate.optional(),
  label: z.string().optional(),
  ...tableFlags,
  "match-case": z.boolean().default(false),
  /** Left out: the usual number, or as many as the rows allow. */
  clients: clientKinds.optional(),
  alpha: z.coerce.number().positive().default(1),
  model: z.string().default(`models/${DEFAULT_BASE.label}`),
  method: z.string().default(DEMO_METHOD),
  preset: z.string().optional(),
  secure: z.boolean().default(false),
  upload: codingByName.optional(),
  "no-kill": z.boolean().default(false),
  /** Left out: one coordinator, without a database server. */
  nodes: whole(2, 5).optional(),
  "kill-node": z.boolean().default(false),
  epsilon: z.coerce.number().positive().max(100).optional(),
  "client-epsilon": z.coerce.number().positive().max(100).optional(),
  devices: z.enum(DEVICE_CLASSES).optional(),
  rounds: whole(1, 200).optional(),
  "local-steps": whole(1, 10_000).optional(),
  "inner-steps": whole(1, 10_000).optional(),
  "batch-size": whole(1, 256).optional(),
  "max-tokens": whole(8, 4096).optional(),
  "max-rows": whole(10, 200_000).default(1200),
  backend: backendName.optional(),
  seed: whole(0, 0xffffffff).default(1),
  json: z.string().optional(),
  screenshots: z.string().default("out/demo"),
  "deadline-minutes": whole(1, 600).default(30),
});
export type DemoOptions = z.output<typeof options>;

const METHODS = strategies
  .slice(0, 3)
  .map(({ id }) => id)
  .join(", ");
/** Options that take no value. */
const SWITCHES = ["match-case", "secure", "no-kill", "kill-node"];

export const USAGE = `npm run demo -- [options]

  A federation of headless Chromium tabs on this machine, from start to finish.

  --scenario medical|logs   built-in sample data (default: medical)
  --data FILE|FOLDER        your own data instead: a file is dealt out to the clients, a folder has one file per client
  --input COLUMN            the column with the text, or several as a template: "{instruction}\\n\\n{input}"; guessed unless given
  --label COLUMN            the column with the answer, guessed unless given; of conversations the same column as --input
  --encoding NAME           of the file: auto, ${TEXT_ENCODINGS.slice(0, 4).join(", ")}, …
  --separator CHARACTER     between two cells: auto, comma, semicolon, tab, bar, or the character itself
  --header yes|no|auto      whether the first line has the names of the columns ("column 1" and so on where it has not)
  --quotes yes|no|auto      whether quotes mark cells, or are characters like any other
  --match-case              labels must be written alike; else "Spam" and "spam" are one
  --clients N|KINDS         tabs (default ${CLIENTS}), or what each client is: tab,tab,node,cluster (also python; both where it is installed)
  --alpha A                 how alike the clients are (Dirichlet, default 1)
  --max-rows N              rows used in all, of a file a seeded sample (default 1200)
  --model FOLDER|FILE.gguf  base model (default models/${DEFAULT_BASE.label}; models/${DEFAULT_BASE.text} is a small decoder); served from where it lies
  --method ID --preset NAME ${METHODS} and more (default ${DEMO_METHOD} with its first preset)
  --secure                  the coordinator sees only the sum of what the tabs share (${MIN_CLIENTS} tabs at least); the last
                            tab is killed between its shares and its masked update, and restored (--no-kill: not)
  --nodes N                 so many coordinators on one PostgreSQL behind an HAProxy, which it installs where it can
  --kill-node               with --nodes: the node that runs the federation is killed in the middle of the second round
  --epsilon E               differential privacy of records: a client stops before it has spent more than E
  --client-epsilon E        with --secure: differential privacy of clients, noise in the sums that drowns what so few tabs learn
  --upload FORMAT           how uploads are coded: f32, f16, int8, int4; int8:0.25 sends the largest quarter (default ${nameOfCoding(DEFAULT_UPLOAD)})
  --devices small           what is proposed for phones and old laptops: rank 4 on queries and values, fewer and shorter rows
  --rounds N --local-steps N --inner-steps N --batch-size N --max-tokens N
  --backend webgpu|wasm|cpu force the tabs' backend           --seed N
  --json FILE               write the report                  --screenshots FOLDER (default out/demo)
  --deadline-minutes N      give up after this long (default 30)`;

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const names = Object.keys(options.shape).map(
    (name) => [name, { type: SWITCHES.includes(name) ? ("boolean" as const) : ("string" as const) }] as const,
  );
  const { values } = parseCommandLine({
    args: [...args],
    options: { ...Object.fromEntries(names), help: { type: "boolean" as const } },
  });
  if ("help" in values && values.help) return "help";
  const parsed = options.safeParse(values);
  if (parsed.success) {
    checkSecure(parsed.data);
    if (parsed.data["kill-node"] && parsed.data.nodes === undefined)
      throw new Error("--kill-node needs another node that goes on: use --nodes 2.");
    return parsed.data;
  }
  throw new Error(schemaWords(parsed.error, { given: values, nameOf: ([option]) => `--${String(option)}` }));
}

/** @throws {Error} with one sentence where the tabs' updates cannot be summed securely. */
function checkSecure({ secure, clients, method, preset, "client-epsilon": clientEpsilon }: DemoOptions): void {
  if (!secure) {
    if (clientEpsilon !== undefined) throw new Error("--client-epsilon is noise in secure sums: it needs --secure.");
    return;
  }
  if ((clients?.length ?? CLIENTS) < MIN_CLIENTS)
    throw new Error(
      `--secure needs at least ${MIN_CLIENTS} clients: of fewer, a sum hides nothing. Use --clients ${MIN_CLIENTS}.`,
    );
  const refusal = methodOf(presetOf(method, preset)).aggregationRefusal("secure");
  if (refusal !== null) throw new Error(`--secure does not go with --method ${method}. ${refusal}`);
}
