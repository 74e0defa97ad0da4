/** The coordinator as a program: settings in, listening, until a signal. */
import { pino } from "pino";
import type { OpenIdSettings } from "./access/openId.ts";
import { readOperatorKey, readSecretFile } from "./access/operatorKey.ts";
import { parseSettings, type Settings, USAGE } from "./config.ts";
import { createCoordinator, type NodeSettings } from "./createCoordinator.ts";
import type { MlflowSettings } from "./operations/mlflowClient.ts";
import { collectWithoutHelpers } from "./ports/garbageCollection.ts";
import { hashToken } from "./ports/secrets.ts";
import { startFailure } from "./startFailure.ts";
import type { BucketSettings } from "./storage/bucket.ts";

const STOP_WITHIN_MS = 4_000;

collectWithoutHelpers();
const settings = settingsOrExit();
const { keyHash, openId } = await secretsOrExit(settings);
const mlflow = mlflowOf(settings);

const coordinator = await createCoordinator({
  dataDir: settings.data,
  databaseUrl: settings.database ?? null,
  blobs: blobsOrExit(settings.blobs),
  node: nodeOrExit(settings),
  keepRounds: settings["keep-rounds"],
  archiveAfterDays: settings["archive-after"] ?? null,
  modelsDir: settings.models,
  hub: settings.hub,
  hubClientId: settings["hub-client-id"] ?? null,
  samplesDir: settings.samples ?? null,
  webDir: settings.web ?? null,
  base: settings.base,
  origins: settings.origin,
  trustProxy: settings["trust-proxy"],
  operatorKeyHash: keyHash,
  openId,
  auditLog: settings["audit-log"] ?? null,
  mlflow,
  limits: {
    maxFederations: settings["max-federations"],
    federationsPerHour: settings["federations-per-hour"],
    socketsPerAddress: settings["sockets-per-address"],
    joinsAtOnce: settings["joins-at-once"],
  },
  logger: pino({ level: settings["log-level"] }, pino.destination(2)),
});
try {
  const { url } = await coordinator.listen(settings.port, settings.host);
  console.log(`Duet coordinator listens on ${url}`);
} catch (error) {
  console.error(startFailure(error, settings));
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);

/** What was confirmed is on disk already, so nothing is lost by not waiting any longer. */
function stop(): void {
  setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
  void coordinator.close().then(() => process.exit(0));
}

/** A folder, or a bucket with the keys that its clients have in the environment; they do not stay there. */
function blobsOrExit(place: string | undefined): string | BucketSettings | null {
  if (place === undefined || !/^https?:/.test(place)) return place ?? null;
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region = "us-east-1",
  } = process.env;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  if (accessKeyId && secretAccessKey) return { url: place, accessKeyId, secretAccessKey, region };
  console.error("A bucket as --blobs needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment; see docs/deploy.md.");
  process.exit(2);
}

/** One of several nodes says both, one that is alone says neither. */
function nodeOrExit({ "node-url": url, keys: keysDir }: Settings): NodeSettings | null {
  if (url !== undefined && keysDir !== undefined) return { url, keysDir };
  if (url === undefined && keysDir === undefined) return null;
  console.error("One of several nodes needs --node-url and --keys, both; see docs/deploy.md.");
  process.exit(2);
}

/** Of the key only the hash is kept; neither secret stays in the environment. */
async function secretsOrExit(given: Settings): Promise<{ keyHash: string | null; openId: OpenIdSettings | null }> {
  try {
    const key = await readOperatorKey(given["operator-key-file"] ?? null, process.env.DUET_OPERATOR_KEY);
    const openId = await openIdOf(given, process.env.DUET_OPENID_SECRET);
    delete process.env.DUET_OPERATOR_KEY;
    delete process.env.DUET_OPENID_SECRET;
    return { keyHash: key === null ? null : hashToken(key), openId };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

/** The token does not stay in the environment. */
function mlflowOf({ mlflow: url, "mlflow-experiment": experiment }: Settings): MlflowSettings | null {
  const token = process.env.DUET_MLFLOW_TOKEN || null;
  delete process.env.DUET_MLFLOW_TOKEN;
  return url === undefined ? null : { url, experiment, token };
}

/** @throws {Error} with a sentence when something of it is missing. */
async function openIdOf(given: Settings, secret: string | undefined): Promise<OpenIdSettings | null> {
  const { "openid-issuer": issuer, "openid-client-id": clientId, "openid-secret-file": file, "openid-allow": allow } = given;
  if (issuer === undefined) return null;
  if (clientId === undefined)
    throw new Error("--openid-issuer needs --openid-client-id, too: as whom the coordinator is known there.");
  const clientSecret = file === undefined ? secret || null : await readSecretFile(file, "--openid-secret-file");
  return { issuer, clientId, clientSecret, allow };
}

function settingsOrExit(): Settings {
  try {
    const parsed = parseSettings(process.argv.slice(2), process.env);
    if (parsed !== "help") return parsed;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
  console.log(USAGE);
  process.exit(0);
}
