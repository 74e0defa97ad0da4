import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { countPytest } from "./pythonTests.mjs";

const folder = mkdtempSync(join(tmpdir(), "duet-pytest-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** In pytest's own words. */
function report(...cases: readonly string[]): string {
  const path = join(folder, "report.xml");
  writeFileSync(
    path,
    `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest">${cases.join("")}</testsuite></testsuites>`,
  );
  return path;
}

const GOOD = '<testcase classname="clients.python.tests.test_ranks" name="test_two[torchrun]" time="1.204" />';
const SKIPPED =
  '<testcase classname="clients.python.tests.test_gpu" name="test_gpu" time="0.1"><skipped type="pytest.skip" message="no GPU" /></testcase>';
const FAILED =
  '<testcase classname="clients.python.tests.test_join" name="test_join[a &gt; b]" time="3"><failure message="assert 1 &lt; 0">&lt;testcase&gt;\n</failure></testcase>';
const BROKEN =
  '<testcase classname="" name="clients.python.tests.test_gone" time="0.0"><error message="collection failure">no module</error></testcase>';

it("counts pytest's tests, and names those that failed or could not be loaded", () => {
  expect(countPytest(report(GOOD, FAILED, GOOD, SKIPPED, BROKEN), 1)).toEqual({
    passed: 2,
    failed: 2,
    skipped: 1,
    problems: ["clients/python > test_join > test_join[a &gt; b]", "clients/python > clients.python.tests.test_gone"],
    skippedSuites: ["clients/python > test_gpu > test_gpu"],
  });
});

it("is failed when only its exit code says so, when it had no tests, and when it left no report", () => {
  expect(countPytest(report(GOOD), 0)).toMatchObject({ passed: 1, failed: 0 });
  expect(countPytest(report(GOOD), 2)).toMatchObject({ passed: 1, failed: 1 });
  expect(countPytest(report(), 5)).toMatchObject({ passed: 0, failed: 1 });
  expect(countPytest(join(folder, "absent.xml"), 1)).toMatchObject({ passed: 0, failed: 1 });
});
