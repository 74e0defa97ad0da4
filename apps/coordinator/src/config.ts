/** Settings of the program from its command line and environment, flags first. */
import { parseArgs } from "node:util";
import { DEFAULT_HUB } from "@duet/lora-core/checkpoints/hubAddress";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { z } from "zod";

const settings = z.strictObject({
  port: z.coerce.number().int().min(0).max(65535).default(8080),
  host: z.string().min(1).default("127.0.0.1"),
  data: z.string().min(1).default("data"),
  models: z.string().min(1).default("models"),
  hub: z.url({ protocol: /^https?$/ }).default(DEFAULT_HUB),
  samples: z.string().min(1).optional(),
  web: z.string().min(1).optional(),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});
/** Settings whose flag is written otherwise. */
const FLAGS: ReadonlyMap<string, string> = new Map([["logLevel", "--log-level"]]);

export type Settings = z.output<typeof settings>;

export const USAGE = `Usage: coordinator [options]          also from the environment:
  --port N         port, 0 for any free one (8080)          DUET_PORT
  --host HOST      address to listen on (127.0.0.1)         DUET_HOST
  --data DIR       federations are kept here (data)         DUET_DATA
  --models DIR     folder of base models (models)           DUET_MODELS
  --hub URL        for models by hub address (${DEFAULT_HUB})
                                                            DUET_HUB
  --samples DIR    sample data for the page                 DUET_SAMPLES
  --web DIR        built web app                            DUET_WEB
  --log-level L    fatal … trace, or silent (info)          DUET_LOG_LEVEL`;

/** @throws {Error} in words for the person at the terminal. */
export function parseSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const option = { type: "string" } as const;
  const options = {
    port: option,
    host: option,
    data: option,
    models: option,
    hub: option,
    samples: option,
    web: option,
    "log-level": option,
  };
  const { "log-level": logLevel, ...flags } = parseArgs({ args: [...args], options, strict: true }).values;
  const fromEnvironment = {
    port: env.DUET_PORT,
    host: env.DUET_HOST,
    data: env.DUET_DATA,
    models: env.DUET_MODELS,
    hub: env.DUET_HUB,
    samples: env.DUET_SAMPLES,
    web: env.DUET_WEB,
    logLevel: env.DUET_LOG_LEVEL,
  };
  const given = { ...fromEnvironment, ...flags, ...(logLevel === undefined ? {} : { logLevel }) };
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(schemaWords(parsed.error, { given, nameOf: ([field]) => FLAGS.get(String(field)) ?? `--${String(field)}` }));
}
