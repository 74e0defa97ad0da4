/** What a Vitest run amounts to. Everything that is neither a passed nor a deliberately skipped test counts as failed. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * Reads Vitest's JSON report. A file that did not load, an error outside of any test, a run without tests and a run that
 * ended before it wrote its report count as one failure each.
 * @param {string} reportPath
 * @param {number | null} code Vitest's exit code
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[], skippedSuites: string[] }} problems: one line per failure
 */
export function countTests(reportPath, code) {
  if (!existsSync(reportPath)) return failedRun(`Vitest ended early (exit code ${code})`);
  const files = JSON.parse(readFileSync(reportPath, "utf8")).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (status) => tests.filter((test) => test.status === status).length;
  const problems = files.flatMap(problemsOf);
  const passed = count("passed");
  if (problems.length === 0 && passed === 0) problems.push("No test ran");
  if (problems.length === 0 && code !== 0)
    problems.push(`There was an error outside of any test (exit code ${code}); it stands above`);
  const isSkipped = ({ status }) => status !== "passed" && status !== "failed";
  const skipped = tests.filter(isSkipped);
  const skippedSuites = [...new Set(skipped.map(({ ancestorTitles, title }) => ancestorTitles[0] || title))];
  return { passed, failed: problems.length, skipped: skipped.length, problems, skippedSuites };
}

/** The counts of a run that did not get as far as its tests. */
export function failedRun(reason) {
  return { passed: 0, failed: 1, skipped: 0, problems: [reason], skippedSuites: [] };
}

/** Of several runs, in their order. */
export function together(counts) {
  const sum = (name) => counts.reduce((all, each) => all + each[name], 0);
  return {
    ...{ passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") },
    problems: counts.flatMap(({ problems }) => problems),
    skippedSuites: counts.flatMap(({ skippedSuites }) => skippedSuites),
  };
}

/** What failed and what was left out, by name, then the line that closes every run. */
export function printCounts(counts) {
  console.log(counts.problems.length > 0 ? "\nFailed:" : "");
  for (const problem of counts.problems) console.log(`✗ ${problem}`);
  for (const suite of counts.skippedSuites) console.log(`– skipped: ${suite}`);
  console.log(`\n${summaryLine(counts)}`);
}

/** The line that closes every run: "12 passed, 0 failed", with the skipped ones where there are any. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Failed tests of a file; or, when the file failed without one, why it could not be loaded or which hook threw. */
function problemsOf(file) {
  const name = relative(process.cwd(), file.name);
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  if (failed.length > 0) return failed.map(({ fullName }) => `${name} > ${fullName}`);
  return file.status === "failed"
    ? [`${name}: ${(file.message || "one of its hooks failed; the reason stands above").split("\n")[0]}`]
    : [];
}
