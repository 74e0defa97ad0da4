/** What fails for a person is told as data, so that a page says it in its own language: docs/adr/0084. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sources } from "./testing/sources.ts";

/** UNEXPECTED is a mistake of ours, whose words are for who mends it; INVALID_ADAPTER refuses what another program sent; a browser never has Node's WebGPU. */
const IN_WORDS = /new DuetError\(\s*"(?!UNEXPECTED|INVALID_ADAPTER)[A-Z_]+",\s*["`]/g;
const NODE_ONLY = new Set(["packages/lora-engine/src/backends/nodeWebgpu.ts"]);

const told = sources.filter(
  (path) =>
    /^(?:packages\/[\w-]+|apps\/web)\/src\/.*\.tsx?$/.test(path) && !/\.test\.|\/testing\//.test(path) && !NODE_ONLY.has(path),
);

test("there is much to look at", () => {
  expect(told.length).toBeGreaterThan(500);
});

test("no failure that a page shows is made of a text", () => {
  expect(told.filter((path) => readFileSync(path, "utf8").match(IN_WORDS))).toEqual([]);
});

test("a failure in words is found", () => {
  expect('throw new DuetError("ROWS", `No line`)').toMatch(IN_WORDS);
  expect('throw workError("ROWS", ["line", line])').not.toMatch(IN_WORDS);
});
