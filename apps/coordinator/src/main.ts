/** The coordinator as a program: settings in, listening, until a signal. */
import { pino } from "pino";
import { readOperatorKey } from "./access/operatorKey.ts";
import { parseSettings, type Settings, USAGE } from "./config.ts";
import { createCoordinator } from "./createCoordinator.ts";
import { hashToken } from "./ports/secrets.ts";
import { startFailure } from "./startFailure.ts";

const settings = settingsOrExit();
const keyHash = await operatorKeyHash(settings["operator-key-file"] ?? null);

const coordinator = await createCoordinator({
  dataDir: settings.data,
  databaseUrl: settings.database ?? null,
  keepRounds: settings["keep-rounds"],
  archiveAfterDays: settings["archive-after"] ?? null,
  modelsDir: settings.models,
  hub: settings.hub,
  samplesDir: settings.samples ?? null,
  webDir: settings.web ?? null,
  base: settings.base,
  origins: settings.origin,
  trustProxy: settings["trust-proxy"],
  operatorKeyHash: keyHash,
  auditLog: settings["audit-log"] ?? null,
  limits: {
    maxFederations: settings["max-federations"],
    federationsPerHour: settings["federations-per-hour"],
    socketsPerAddress: settings["sockets-per-address"],
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

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void coordinator.close().then(() => process.exit(0)));
}

/** The key itself is forgotten at once. */
async function operatorKeyHash(file: string | null): Promise<string | null> {
  try {
    const key = await readOperatorKey(file, process.env.DUET_OPERATOR_KEY);
    delete process.env.DUET_OPERATOR_KEY;
    return key === null ? null : hashToken(key);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
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
