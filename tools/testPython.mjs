/**
 * `npm run test:python`: installs clients/python with its tools into .cache/python, and runs its checks and tests. Arguments go to pytest. With
 * `--where-possible` it is no failure that there is no Python 3.11, or no PyPI: it says so.
 */
import { main, run, say } from "./setup/process.mjs";
import { ensurePython, NotPossibleHere, PYTHON_PROJECT, python } from "./setup/python.mjs";
import { setUp } from "./setup.mjs";

const WHERE_POSSIBLE = "--where-possible";

await main(async () => {
  const args = process.argv.slice(2);
  try {
    await ensurePython();
  } catch (error) {
    if (!(error instanceof NotPossibleHere && args.includes(WHERE_POSSIBLE))) throw error;
    say(`The Python client is not tested. ${error.message}`);
    return 0;
  }
  // The tests start the coordinator and the client in Node.
  await setUp();
  for (const [module, ...rest] of [
    ["ruff", "check", PYTHON_PROJECT],
    ["ruff", "format", "--check", PYTHON_PROJECT],
    ["mypy", "--config-file", `${PYTHON_PROJECT}/pyproject.toml`, `${PYTHON_PROJECT}/src`],
  ]) {
    const { code } = await run(python, ["-m", module, ...rest]);
    if (code !== 0) return 1;
  }
  const chosen = args.filter((arg) => arg !== WHERE_POSSIBLE);
  const { code } = await run(python, ["-m", "pytest", "--rootdir", PYTHON_PROJECT, `${PYTHON_PROJECT}/tests`, ...chosen]);
  return code === 0 ? 0 : 1;
});
