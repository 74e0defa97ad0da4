/** `npm run demo`: brings everything up to date, Chromium included, then runs tools/demo/main.ts. */
import { ensureChromium } from "./setup/chromium.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { main, run, typescript } from "./setup/process.mjs";
import { typescriptModule } from "./setup/typescriptModule.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  await ensureDependencies();
  const args = process.argv.slice(2);
  const env = (await isRun(args)) ? await everythingItNeeds() : {};
  const { code } = await run(process.execPath, typescript("tools/demo/main.ts", ...args), { env });
  return code;
});

/** False for `--help` and for options that are refused: those cost no set-up. */
async function isRun(args) {
  const { parseOptions } = await typescriptModule("tools/demo/options.ts");
  try {
    return parseOptions(args) !== "help";
  } catch {
    return false;
  }
}

async function everythingItNeeds() {
  await setUp();
  return { DUET_CHROMIUM: await ensureChromium() };
}
