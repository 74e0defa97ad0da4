import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Rows of the tables of faults: fault, what the person sees, tests. */
const rows = readFileSync("docs/reliability.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|") && line.split(" | ").length === 3)
  .map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim()),
  )
  .filter(([fault = ""]) => fault !== "fault" && !fault.startsWith("--"));
const faults = rows.filter(([, , tests = ""]) => tests.includes("test.ts"));

test("every fault has a test", () => {
  const load = ["what", "one round", "from the end", "peak", "longest", "timeouts"];
  const bare = rows.filter((row) => !faults.includes(row) && !load.some((word) => row[0]?.startsWith(word)));
  expect(bare).toEqual([]);
  expect(faults.length).toBeGreaterThan(35);
});

test.each(faults)("the test of: %s", (_fault, _seen, tests = "") => {
  for (const part of tests.split(";")) {
    const [, path = "", title] = /`([^`]+)`(?::\s*(.*))?/.exec(part.trim()) ?? [];
    expect([path, existsSync(path)]).toEqual([path, true]);
    const text = readFileSync(path, "utf8").replace(/\s+/g, " ");
    const missing = titlesOf(title).filter((one) => !text.includes(one));
    expect(missing).toEqual([]);
  }
});

/** Parts of titles; "…" leaves something out, and what is in brackets explains. */
function titlesOf(text = ""): readonly string[] {
  return text
    .replace(/\([^)]*\)/g, "")
    .split(/…|, (?=an? )|, and (?=that )/)
    .map((part) => part.trim())
    .filter(Boolean);
}
