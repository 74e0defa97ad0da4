/** The command line of `npm run demo`. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { backendName } from "@duet/lora-core/protocol/metrics";
import { strategies } from "@duet/lora-core/strategies/registry";
import { z } from "zod";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const options = z
  .strictObject({
    scenario: z.enum(["medical", "logs"]).default("medical"),
    data: z.string().optional(),
    input: z.string().optional(),
    label: z.string().optional(),
    clients: whole(1, 16).default(3),
    alpha: z.coerce.number().positive().default(1),
    model: z.string().default(`models/${DEFAULT_BASE.label}`),
    method: z.string().default(strategies[0].id),
    preset: z.string().optional(),
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
  })
  .refine(({ data, input, label }) => data === undefined || (input !== undefined && label !== undefined), {
    message: "--data needs --input COLUMN and --label COLUMN",
  });
export type DemoOptions = z.output<typeof options>;

export const USAGE = `npm run demo -- [options]

  A federation of headless Chromium tabs on this machine, from start to finish.

  --scenario medical|logs   built-in sample data (default: medical)
  --data FILE|FOLDER        your own data instead: a file is dealt out to the clients, a folder has one file per client
  --input COLUMN            the column with the text          --label COLUMN   the column with the answer
  --clients N               tabs (default 3)                  --alpha A        how alike the clients are (Dirichlet, default 1)
  --max-rows N              rows used in all, of a file a seeded sample (default 1200)
  --model FOLDER|FILE.gguf  base model (default models/${DEFAULT_BASE.label}; models/${DEFAULT_BASE.text} is a small decoder); served from where it lies
  --method ID --preset NAME fdlora (recommended, paper, private), fedavg, local
  --rounds N --local-steps N --inner-steps N --batch-size N --max-tokens N
  --backend webgpu|wasm|cpu force the tabs' backend           --seed N
  --json FILE               write the report                  --screenshots FOLDER (default out/demo)
  --deadline-minutes N      give up after this long (default 30)`;

/** @throws {Error} with one sentence on an option that is unknown or out of range. */
export function parseOptions(args: readonly string[]): DemoOptions | "help" {
  const names = [...Object.keys(options.shape)].map((name) => [name, { type: "string" as const }] as const);
  const { values } = parseCommandLine({
    args: [...args],
    options: { ...Object.fromEntries(names), help: { type: "boolean" as const } },
  });
  if ("help" in values && values.help) return "help";
  const parsed = options.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(schemaWords(parsed.error, { given: values, nameOf: ([option]) => `--${String(option)}` }));
}
