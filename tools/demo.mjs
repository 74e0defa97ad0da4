/** `npm run demo`: brings everything up to date, Chromium included, then runs tools/demo/main.ts. */
import { ensureChromium } from "./setup/chromium.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ensureHaproxy } from "./setup/haproxy.mjs";
import { ensurePostgres } from "./setup/postgres.mjs";
import { main, run, typescript } from "./setup/process.mjs";
import { typescriptModule } from "./setup/typescriptModule.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  await ensureDependencies();
  const args = process.argv.slice(2);
  const options = await optionsIn(args);
  const env = options ? await everythingItNeeds(options) : {};
  const { code } = await run(process.execPath, typescript("tools/demo/main.ts", ...args), { env });
  return code;
});

/** Null for `--help` and for options that are refused: those cost no set-up. */
async function optionsIn(args) {
  const { parseOptions } = await typescriptModule("tools/demo/options.ts");
  try {
    const options = parseOptions(args);
    return options === "help" ? null : options;
  } catch {
    return null;
  }
}

async function everythingItNeeds({ nodes }) {
  await setUp();
  if (nodes !== undefined) {
    await ensurePostgres();
    await ensureHaproxy();
  }
  return { DUET_CHROMIUM: await ensureChromium() };
}
