/** Nothing outside the registry compares a method's name: what a method does is read off its plans (strategies/planFacts.ts). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { strategies } from "@duet/lora-core/strategies/registry";
import { expect, test } from "vitest";

const names = strategies.flatMap(({ id, presets }) => [
  id,
  ...Object.keys(presets),
  ...Object.keys(presets).map((preset) => `${id}/${preset}`),
]);
const quoted = `["'\`](?:${[...new Set(names)].join("|")})["'\`]`;
const comparison = new RegExp(
  `(?:[!=]==?|\\bcase|\\.(?:includes|startsWith|endsWith|indexOf)\\()\\s*${quoted}|${quoted}\\s*[!=]==?`,
);

const SKIPPED = /(^|\/)(node_modules|dist|out)\/|\.test\.tsx?$|^packages\/lora-core\/src\/strategies\//;

const sources = ["apps", "packages", "tools"].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .map((path) => join(top, path).replaceAll("\\", "/"))
    .filter((path) => /\.(tsx?|mjs)$/.test(path) && !SKIPPED.test(path)),
);

test("no source outside of the strategies compares the name of a method or preset", () => {
  const found = sources.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, index) => (comparison.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
  expect(sources.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

test("a comparison is found however it is written", () => {
  for (const line of [
    'id === "fdlora"',
    '"fedavg" !== id',
    'case "local":',
    "x == 'ditto'",
    'name.startsWith("flora")',
    'm === "fdlora/private"',
  ]) {
    expect(comparison.test(line), line).toBe(true);
  }
  for (const line of ['stage: "local"', 'presetOf("fedavg")', "id === strategies[0].id"])
    expect(comparison.test(line), line).toBe(false);
});
