/** `npm run demo`: brings everything up to date, Chromium included, then runs tools/demo/main.ts. */
import { ensureChromium } from "./setup/chromium.mjs";
import { main, run, typescript } from "./setup/process.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  await setUp();
  const chromium = await ensureChromium();
  const { code } = await run(process.execPath, typescript("tools/demo/main.ts", ...process.argv.slice(2)), {
    env: { DUET_CHROMIUM: chromium },
  });
  return code;
});
