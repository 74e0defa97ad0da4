/**
 * `npm start`: installs and builds what is missing, starts the coordinator with the web app, and prints where to go.
 * Options are the coordinator's: `npm start -- --port 9000 --data my-data`.
 */
import { ensureDependencies } from "./setup/dependencies.mjs";
import { main, SetupError, say } from "./setup/process.mjs";
import { typescriptModule } from "./setup/typescriptModule.mjs";
import { setUp } from "./setup.mjs";
import { startCoordinator } from "./start/coordinatorProcess.mjs";
import { freePort } from "./start/freePort.mjs";

const TRIAL_FILE = ".cache/trial-federation.json";
const DEFAULTS = { DUET_WEB: "dist/web", DUET_SAMPLES: ".cache/samples", DUET_LOG_LEVEL: "warn" };

await main(async () => {
  await ensureDependencies();
  const settings = await readSettings();
  if (settings === null) return 0;
  const { readOperatorKey } = await typescriptModule("apps/coordinator/src/access/operatorKey.ts");
  const operatorKey = await readOperatorKey(settings["operator-key-file"] ?? null, process.env.DUET_OPERATOR_KEY).catch(
    (error) => {
      throw new SetupError(error.message);
    },
  );
  await setUp();
  const port = await freePort(settings.port, settings.host);
  if (port !== settings.port) say(`Port ${settings.port} is in use; taking ${port}.`);

  const { url, ended, stop } = await startCoordinator({ ...settings, port });
  // Where people open the page: what they are told is not where this process reaches the coordinator.
  const address = settings.origin.length > 0 ? settings.origin[0] + settings.base : url;
  const { trialFederation } = await typescriptModule("tools/start/trialFederation.ts");
  if (operatorKey === null && settings["openid-issuer"] !== undefined) {
    console.log(
      `\n  Duet is running at   ${address}\n\n  Who signs in there may create federations. Ctrl-C stops the coordinator.\n`,
    );
    return ended;
  }
  const links = await trialFederation(url, TRIAL_FILE, { address, operatorKey }).catch((error) => {
    stop();
    throw error;
  });
  console.log(`
  Duet is running at   ${address}

  A federation is ready to try, on sample data (medical terms). It starts when two have joined:
  Invite link          ${links.invite}
  Watch link           ${links.watch}

  Open the invite link in two tabs. Ctrl-C stops the coordinator; its federations are kept in "${settings.data}".
`);
  return ended;
});

/** Null when help was asked for and given. */
async function readSettings() {
  const { parseSettings, OPTIONS } = await typescriptModule("apps/coordinator/src/config.ts");
  const usage = `npm start -- [options]                                     also from the environment:\n${OPTIONS}`;
  let settings;
  try {
    settings = parseSettings(process.argv.slice(2), { ...DEFAULTS, ...process.env });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
  if (settings !== "help") return settings;
  console.log(usage);
  return null;
}
