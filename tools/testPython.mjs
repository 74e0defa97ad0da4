/**
 * `npm run test:python`: installs clients/python with its tools into .cache/python, runs its checks and tests, and ends with a line "N passed,
 * N failed". Arguments go to pytest. With `--where-possible` it is no failure that there is no Python 3.11, or no PyPI: it says so.
 */
import { main, SetupError } from "./setup/process.mjs";
import { setUp } from "./setup.mjs";
import { countPythonTests, pythonIsLacking } from "./testing/pythonTests.mjs";
import { printCounts } from "./testing/summary.mjs";

const WHERE_POSSIBLE = "--where-possible";

await main(async () => {
  const args = process.argv.slice(2);
  const lacking = await pythonIsLacking();
  if (lacking && !args.includes(WHERE_POSSIBLE)) throw new SetupError("Without it there is nothing to test.");
  // The tests start the coordinator and the client in Node.
  if (!lacking) await setUp();
  const counts = lacking ?? (await countPythonTests(args.filter((arg) => arg !== WHERE_POSSIBLE)));
  printCounts(counts);
  return counts.failed > 0 ? 1 : 0;
});
