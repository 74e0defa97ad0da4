/** Checks and tests of clients/python, counted as Vitest's are. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { root, run, say } from "../setup/process.mjs";
import { ensurePython, NotPossibleHere, PYTHON_PROJECT, python } from "../setup/python.mjs";
import { failedRun } from "./summary.mjs";

const REPORT = `${root}.cache/python-report.xml`;

const CHECKS = [
  ["ruff", "check", PYTHON_PROJECT],
  ["ruff", "format", "--check", PYTHON_PROJECT],
  ["mypy", "--config-file", `${PYTHON_PROJECT}/pyproject.toml`, `${PYTHON_PROJECT}/src`],
];

/** As of Vitest's tests of whole programs: they mostly wait, and more of them at once would wait for a core. Ports that a file names are its own. */
const FILES_AT_ONCE = ["--numprocesses=2", "--dist=loadfile"];

/**
 * Installs the client. Null where it is there now, else the counts of a run that skipped its tests: this machine has no Python 3.11, or no PyPI.
 * @throws {SetupError} where it cannot be installed in spite of them.
 */
export async function pythonIsLacking() {
  try {
    await ensurePython();
    return null;
  } catch (error) {
    if (!(error instanceof NotPossibleHere)) throw error;
    say(`The Python client is not tested. ${error.message}`);
    return { passed: 0, failed: 0, skipped: 1, problems: [], skippedSuites: [`the Python client: ${error.message}`] };
  }
}

/** Everything that the tests start besides, the coordinator and the client in Node, must be built. Each check counts as a test. */
export async function countPythonTests(args = []) {
  const problems = [];
  for (const [module, ...rest] of CHECKS) {
    const { code } = await run(python, ["-m", module, ...rest]);
    if (code !== 0) problems.push(`clients/python > ${module} finds what stands above`);
  }
  rmSync(REPORT, { force: true });
  const pytest = [
    "-m",
    "pytest",
    ...FILES_AT_ONCE,
    "--rootdir",
    PYTHON_PROJECT,
    `--junitxml=${REPORT}`,
    `${PYTHON_PROJECT}/tests`,
    ...args,
  ];
  const { code } = await run(python, pytest);
  const counts = countPytest(REPORT, code);
  const failed = problems.length + counts.failed;
  return {
    ...counts,
    passed: counts.passed + CHECKS.length - problems.length,
    failed,
    problems: [...problems, ...counts.problems],
  };
}

/**
 * Reads pytest's report in JUnit's form. A run that ended before it wrote one, and one without tests, count as a failure.
 * @param {string} reportPath
 * @param {number | null} code pytest's exit code
 */
export function countPytest(reportPath, code) {
  if (!existsSync(reportPath)) return failedRun(`pytest ended early (exit code ${code})`);
  // Within an attribute or a text ">" and "<" are written as entities.
  const cases = [...readFileSync(reportPath, "utf8").matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, attributes, content = ""]) => ({
      name: ["clients/python", attribute(attributes, "classname").split(".").at(-1), attribute(attributes, "name")]
        .filter(Boolean)
        .join(" > "),
      isFailed: /<(failure|error)\b/.test(content),
      isSkipped: /<skipped\b/.test(content),
    }),
  );
  const problems = cases.filter(({ isFailed }) => isFailed).map(({ name }) => name);
  const skippedSuites = cases.filter(({ isFailed, isSkipped }) => isSkipped && !isFailed).map(({ name }) => name);
  const passed = cases.length - problems.length - skippedSuites.length;
  if (problems.length === 0 && (code !== 0 || passed === 0))
    problems.push(`pytest ended with exit code ${code} and ${passed} tests`);
  return { passed, failed: problems.length, skipped: skippedSuites.length, problems, skippedSuites };
}

function attribute(attributes, name) {
  const [, value = ""] = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes) ?? [];
  return value;
}
