/** Settings of the program from its command line and environment, flags first. */
import { DEFAULT_HUB } from "@duet/lora-core/checkpoints/hubAddress";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { z } from "zod";
import { isLocalHost } from "./access/creation.ts";
import { compileTrust } from "./access/trustedProxy.ts";
import { parseCommandLine } from "./commandLine.ts";

/** "" or "/duet": no slash at the end, as many segments as are wanted. */
const basePath = z
  .string()
  .transform((text) => `/${text}`.replace(/\/+/g, "/").replace(/\/$/, ""))
  .refine((path) => /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)*$/.test(path), "write it as /duet, with letters, digits, -, _, . and ~");

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash && !url.username;
  if (isOrigin) return url.origin;
  context.addIssue(`"${text}" is not an origin; write it as https://duet.example.org, without a path`);
  return z.NEVER;
});

/** Whoever can change what the provider says can sign in as anybody: over http it is on this machine. */
const openIdIssuer = z
  .url({ protocol: /^https?$/ })
  .refine(
    (address) => !URL.canParse(address) || new URL(address).protocol === "https:" || isLocalHost(new URL(address).hostname),
    "a provider is reached over https",
  );

const trustedProxies = z.array(z.string()).superRefine((addresses, context) => {
  try {
    compileTrust(addresses);
  } catch (error) {
    context.addIssue(`${error instanceof Error ? error.message : error}; write addresses, ranges as 10.0.0.0/8, or loopback`);
  }
});

const settings = z.strictObject({
  port: z.coerce.number().int().min(0).max(65535).default(8080),
  host: z.string().min(1).default("127.0.0.1"),
  data: z.string().min(1).default("data"),
  database: z.url({ protocol: /^postgres(ql)?$/, error: "write it as postgres://user:password@host/name" }).optional(),
  blobs: z.string().min(1).optional(),
  "node-url": z.url({ protocol: /^https?$/ }).optional(),
  keys: z.string().min(1).optional(),
  "keep-rounds": z.coerce.number().int().min(0).max(10_000).default(3),
  "archive-after": z.coerce.number().min(0).max(36_500).optional(),
  models: z.string().min(1).default("models"),
  hub: z.url({ protocol: /^https?$/ }).default(DEFAULT_HUB),
  "hub-client-id": z.string().min(1).max(200).optional(),
  samples: z.string().min(1).optional(),
  web: z.string().min(1).optional(),
  base: basePath.default(""),
  origin: z.array(origin).default([]),
  "trust-proxy": trustedProxies.default([]),
  "operator-key-file": z.string().min(1).optional(),
  "openid-issuer": openIdIssuer.optional(),
  "openid-client-id": z.string().min(1).optional(),
  "openid-secret-file": z.string().min(1).optional(),
  "openid-allow": z
    .array(z.string().regex(/^([^@\s]+@)?[\w.-]+$/, "write e-mail addresses, or their domains as example.org"))
    .default([]),
  "max-federations": z.coerce.number().int().min(1).max(1_000_000).default(1000),
  "federations-per-hour": z.coerce.number().int().min(1).max(1_000_000).optional(),
  "sockets-per-address": z.coerce.number().int().min(1).max(1_000_000).optional(),
  "joins-at-once": z.coerce.number().int().min(1).max(1_000_000).optional(),
  "audit-log": z.string().min(1).optional(),
  mlflow: z.url({ protocol: /^https?$/, error: "write it as http://mlflow.example.org:5000" }).optional(),
  "mlflow-experiment": z.string().min(1).max(250).default("duet"),
  "log-level": z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});
export type Settings = z.output<typeof settings>;

export const OPTIONS = `  --port N             port, 0 for any free one (8080)             DUET_PORT
  --host HOST          address to listen on (127.0.0.1)            DUET_HOST
  --data DIR           federations are kept here (data)            DUET_DATA
  --database URL       a PostgreSQL server in place of the         DATABASE_URL
                       database in the data folder
  --blobs PLACE        adapters are kept here: a folder on the     DUET_BLOBS
                       same file system as the data folder, or an
                       S3 bucket as https://s3.example.org/bucket
  --keep-rounds N      shared adapters kept besides the newest (3) DUET_KEEP_ROUNDS
  --archive-after DAYS federations that ended so long ago go into  DUET_ARCHIVE_AFTER
                       an archive file each (never)
  --models DIR         folder of base models (models)              DUET_MODELS
  --hub URL            for models by hub address                   DUET_HUB
                       (${DEFAULT_HUB})
  --hub-client-id ID   of an app registered there, by which        DUET_HUB_CLIENT_ID
                       people sign in to put adapters there
  --samples DIR        sample data for the page                    DUET_SAMPLES
  --web DIR            built web app                               DUET_WEB
  --log-level L        fatal … trace, or silent (info)             DUET_LOG_LEVEL

  Who may create federations (docs/deploy.md); on localhost alone everybody on this machine:
  --operator-key-file PATH  file with a key that opens it, or      DUET_OPERATOR_KEY_FILE
                       the key itself in the environment as
                       DUET_OPERATOR_KEY

  --openid-issuer URL  accounts of this OpenID provider may        DUET_OPENID_ISSUER
                       create, as the next options say
  --openid-client-id ID  as whom the coordinator is known there    DUET_OPENID_CLIENT_ID
  --openid-secret-file PATH  file with its secret there, or the    DUET_OPENID_SECRET_FILE
                       secret itself as DUET_OPENID_SECRET
  --openid-allow WHO   verified e-mail addresses, or domains of    DUET_OPENID_ALLOW
                       such (every account); may be repeated
  --max-federations N  federations in all (1000)                   DUET_MAX_FEDERATIONS
  --federations-per-hour N  from one address or account (60)       DUET_FEDERATIONS_PER_HOUR
  --sockets-per-address N  open at once (2000)                     DUET_SOCKETS_PER_ADDRESS
  --joins-at-once N        worked on at a time (500)               DUET_JOINS_AT_ONCE
  --audit-log PATH     file for who created, joined, removed,      DUET_AUDIT_LOG
                       was refused; it is in the log, too

  Figures of rounds elsewhere (docs/deploy.md):
  --mlflow URL         MLflow's tracking server                    DUET_MLFLOW
  --mlflow-experiment NAME  its experiment (duet); a token for it  DUET_MLFLOW_EXPERIMENT
                       in the environment as DUET_MLFLOW_TOKEN

  Behind a proxy:
  --base /duet         path below which Duet is reached, whether   DUET_BASE
                       or not the proxy takes it off
  --origin URL         address at which people open the page, as   DUET_ORIGIN
                       https://duet.example.org; may be repeated
  --trust-proxy A      believe X-Forwarded-For, -Host and -Proto   DUET_TRUST_PROXY
                       of this address, range, or loopback; may be
                       repeated

  One of several nodes on one --database and --blobs (docs/deploy.md):
  --node-url URL       where the others reach this one             DUET_NODE_URL
  --keys DIR           folder with the files link-key, session-key DUET_KEYS
                       and node-key, the same for all nodes

  Several values in the environment are separated by commas.`;

export const USAGE = `Usage: coordinator [options]                               also from the environment:\n${OPTIONS}`;

const LISTS: readonly string[] = ["origin", "trust-proxy", "openid-allow"];
const optionNames = Object.keys(settings.shape);

/** "help" when that is asked for. @throws {Error} in words for the person at the terminal. */
export function parseSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings | "help" {
  const options = Object.fromEntries(
    optionNames.map((name) => [name, { type: "string" as const, multiple: LISTS.includes(name) }]),
  );
  const { help, ...flags } = parseCommandLine({
    args: [...args],
    options: { ...options, help: { type: "boolean", short: "h" } },
  }).values;
  if (help) return "help";
  const given = { ...fromEnvironment(env), ...flags };
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(schemaWords(parsed.error, { given, nameOf: ([name]) => `--${String(name)}` }));
}

/** DUET_TRUST_PROXY for trust-proxy and so on; the database has the name that hosts give it. */
function variableOf(name: string): string {
  return name === "database" ? "DATABASE_URL" : `DUET_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** An empty one counts as none. */
function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string | string[]> {
  const entries = optionNames.flatMap((name): [string, string | string[]][] => {
    const value = env[variableOf(name)];
    if (!value) return [];
    return [[name, LISTS.includes(name) ? value.split(",").map((part) => part.trim()) : value]];
  });
  return Object.fromEntries(entries);
}
