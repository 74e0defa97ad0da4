/**
 * `npm run test:python`: installs clients/python with its tools into .cache/python, and runs its checks and tests. By itself, not in `npm test`:
 * PyTorch is some six gigabytes. Arguments go to pytest.
 */
import { existsSync } from "node:fs";
import { main, root, run, SetupError, say } from "./setup/process.mjs";
import { setUp } from "./setup.mjs";

const VENV = `${root}.cache/python`;
const PROJECT = `${root}clients/python`;
const python = `${VENV}/bin/python`;

await main(async () => {
  await ensurePython();
  // The tests start the coordinator and the client in Node.
  await setUp();
  for (const [module, ...args] of [
    ["ruff", "check", PROJECT],
    ["ruff", "format", "--check", PROJECT],
    ["mypy", "--config-file", `${PROJECT}/pyproject.toml`, `${PROJECT}/src`],
  ]) {
    const { code } = await run(python, ["-m", module, ...args]);
    if (code !== 0) return 1;
  }
  const { code } = await run(python, ["-m", "pytest", "--rootdir", PROJECT, `${PROJECT}/tests`, ...process.argv.slice(2)]);
  return code === 0 ? 0 : 1;
});

/** @throws {SetupError} where there is no Python 3.11, or packages cannot be installed. */
async function ensurePython() {
  if (existsSync(`${VENV}/installed`)) return;
  const version = await run("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"], { quiet: true });
  if (version.code !== 0)
    throw new SetupError(
      "The Python client needs a python3 of 3.11 or newer, and there is none here. Install it and run this again.",
    );
  say("Installing the Python client with PyTorch into .cache/python: some six gigabytes, minutes, once.");
  const commands = [
    ["python3", ["-m", "venv", VENV]],
    [python, ["-m", "pip", "install", "--quiet", "--editable", `${PROJECT}[test]`]],
    ["touch", [`${VENV}/installed`]],
  ];
  for (const [command, args] of commands) {
    const { code } = await run(command, args);
    if (code !== 0)
      throw new SetupError("The Python client could not be installed: PyPI has to be reachable. Nothing of it was tested.");
  }
}
