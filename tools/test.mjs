/**
 * `npm test`: installs what is missing, runs every test and ends with a line "N passed, N failed".
 * Arguments go to Vitest: `npm test -- --project unit packages/lora-core/src/tensors`.
 */
import { rmSync } from "node:fs";
import { ensureChromium } from "./setup/chromium.mjs";
import { ensureHaproxy } from "./setup/haproxy.mjs";
import { ensureObjectStore } from "./setup/objectStore.mjs";
import { ensurePostgres } from "./setup/postgres.mjs";
import { main, root, run, SetupError } from "./setup/process.mjs";
import { ensureSystemBrowser } from "./setup/systemBrowser.mjs";
import { setUp } from "./setup.mjs";
import { countTests, failedRun, summaryLine } from "./testing/summary.mjs";

const REPORT = `${root}.cache/test-report.json`;
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];

await main(async () => {
  const counts = await runTests().catch((error) => {
    if (!(error instanceof SetupError)) throw error;
    return failedRun(error.message);
  });
  console.log(counts.problems.length > 0 ? "\nFailed:" : "");
  for (const problem of counts.problems) console.log(`✗ ${problem}`);
  for (const suite of counts.skippedSuites) console.log(`– skipped: ${suite}`);
  console.log(`\n${summaryLine(counts)}`);
  return counts.failed > 0 ? 1 : 0;
});

async function runTests() {
  await setUp();
  // The projects "browser" and "e2e" drive it. Its software WebGPU adapter is always there, so no WebGPU test may skip.
  const chromium = await ensureChromium();
  await ensureSystemBrowser("Firefox");
  await ensureSystemBrowser("WebKitGTK");
  await ensurePostgres();
  await ensureHaproxy();
  await ensureObjectStore();
  rmSync(REPORT, { force: true });
  const env = { DUET_CHROMIUM: chromium, REQUIRE_WEBGPU: "1" };
  const { code } = await run(process.execPath, [...VITEST, ...process.argv.slice(2)], { env });
  return countTests(REPORT, code);
}
