/**
 * `npm test`: installs what is missing, runs every test and ends with a line "N passed, N failed".
 * Arguments go to Vitest: `npm test -- --project unit packages/lora-core/src/tensors`. With `--with-python` the Python client is installed first,
 * where this machine has Python 3.11 and reaches PyPI, and its tests count, too.
 */
import { rmSync } from "node:fs";
import { ensureChromium } from "./setup/chromium.mjs";
import { ensureHaproxy } from "./setup/haproxy.mjs";
import { ensureObjectStore } from "./setup/objectStore.mjs";
import { ensurePostgres } from "./setup/postgres.mjs";
import { main, root, run, SetupError } from "./setup/process.mjs";
import { ensureSystemBrowser } from "./setup/systemBrowser.mjs";
import { setUp } from "./setup.mjs";
import { countPythonTests, pythonIsLacking } from "./testing/pythonTests.mjs";
import { countTests, failedRun, printCounts, together } from "./testing/summary.mjs";

const REPORT = `${root}.cache/test-report.json`;
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
const WITH_PYTHON = "--with-python";

await main(async () => {
  const args = process.argv.slice(2);
  const forVitest = args.filter((arg) => arg !== WITH_PYTHON);
  // First: with the Python client there, the federation of all kinds of clients has one of them, too.
  const python = args.includes(WITH_PYTHON) ? [await counted(runPythonTests)] : [];
  const counts = together([await counted(() => runTests(forVitest)), ...python]);
  printCounts(counts);
  return counts.failed > 0 ? 1 : 0;
});

/** What cannot be set up is a failure among the others. */
function counted(runAll) {
  return runAll().catch((error) => {
    if (!(error instanceof SetupError)) throw error;
    return failedRun(error.message);
  });
}

async function runTests(args) {
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
  const { code } = await run(process.execPath, [...VITEST, ...args], { env });
  return countTests(REPORT, code);
}

async function runPythonTests() {
  await setUp();
  return (await pythonIsLacking()) ?? countPythonTests();
}
