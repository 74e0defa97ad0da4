/** The coordinator as a program: settings in, listening, until a signal. */
import { pino } from "pino";
import { parseSettings, type Settings, USAGE } from "./config.ts";
import { createCoordinator } from "./createCoordinator.ts";
import { startFailure } from "./startFailure.ts";

let settings: Settings;
try {
  settings = parseSettings(process.argv.slice(2), process.env);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exit(2);
}

const coordinator = await createCoordinator({
  dataDir: settings.data,
  modelsDir: settings.models,
  hub: settings.hub,
  samplesDir: settings.samples ?? null,
  webDir: settings.web ?? null,
  logger: pino({ level: settings.logLevel }, pino.destination(2)),
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
