/** Nothing outside the registry compares a method's name: what a method does is read off its plans (strategies/planFacts.ts). */
import { strategies } from "@duet/lora-core/strategies/registry";
import { expect, test } from "vitest";
import { linesWith, sources } from "./testing/sources.ts";

const names = strategies.flatMap(({ id, presets }) => [
  id,
  ...Object.keys(presets),
  ...Object.keys(presets).map((preset) => `${id}/${preset}`),
]);
const quoted = `["'\`](?:${[...new Set(names)].join("|")})["'\`]`;
const comparison = new RegExp(
  `(?:[!=]==?|\\bcase|\\.(?:includes|startsWith|endsWith|indexOf)\\()\\s*${quoted}|${quoted}\\s*[!=]==?`,
);

test("no source outside of the strategies compares the name of a method or preset", () => {
  const found = linesWith(
    comparison,
    sources.filter((path) => !path.startsWith("packages/lora-core/src/strategies/")),
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
