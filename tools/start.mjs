/**
 * `npm start`: installs and builds what is missing, starts the coordinator with the web app, and prints where to go.
 * Options are the coordinator's: `npm start -- --port 9000 --data my-data`.
 */
import { ensureDependencies } from "./setup/dependencies.mjs";
import { main, SetupError, say } from "./setup/process.mjs";
import { setUp } from "./setup.mjs";
import { startCoordinator } from "./start/coordinatorProcess.mjs";
import { freePort } from "./start/freePort.mjs";

const TRIAL_FILE = ".cache/trial-federation.json";
const DEFAULTS = { DUET_WEB: "dist/web", DUET_SAMPLES: ".cache/samples", DUET_LOG_LEVEL: "warn" };

await main(async () => {
  await ensureDependencies();
  const settings = await readSettings();
  await setUp();
  const port = await freePort(settings.port, settings.host);
  if (port !== settings.port) say(`Port ${settings.port} is in use; taking ${port}.`);

  const { url, ended, stop } = await startCoordinator({ ...settings, port });
  const { trialFederation } = await typescriptModule("./start/trialFederation.ts");
  const links = await trialFederation(url, TRIAL_FILE).catch((error) => {
    stop();
    throw error;
  });
  console.log(`
  Duet is running at   ${url}

  A federation is ready to try, on sample data (medical terms). It starts when two have joined:
  Invite link          ${links.invite}
  Watch link           ${links.watch}

  Open the invite link in two tabs. Ctrl-C stops the coordinator; its federations are kept in "${settings.data}".
`);
  return ended;
});

async function readSettings() {
  const { parseSettings, USAGE } = await typescriptModule("../apps/coordinator/src/config.ts");
  try {
    return parseSettings(process.argv.slice(2), { ...DEFAULTS, ...process.env });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

/** Loads a TypeScript file; possible only once the packages are installed. */
async function typescriptModule(path) {
  const { tsImport } = await import("tsx/esm/api");
  return tsImport(path, import.meta.url);
}
