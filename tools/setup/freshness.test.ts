import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hashOf, isFresh, markFresh } from "./freshness.mjs";
import { root } from "./process.mjs";

let folder = "";
const at = (name: string) => relative(root, join(folder, name));
beforeEach(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "freshness-"));
  mkdirSync(join(folder, "source", "deep"), { recursive: true });
  writeFileSync(join(folder, "source", "deep", "a.ts"), "one");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(root, ".cache", "stamps", `test-${process.pid}`), { force: true });
});

it("changes with the content and the name of any file below, and not with tests", () => {
  const before = hashOf([at("source")]);
  writeFileSync(join(folder, "source", "a.test.ts"), "a test");
  expect(hashOf([at("source")])).toBe(before);
  writeFileSync(join(folder, "source", "deep", "a.ts"), "two");
  const changed = hashOf([at("source")]);
  expect(changed).not.toBe(before);
  writeFileSync(join(folder, "source", "deep", "b.ts"), "");
  expect(hashOf([at("source")])).not.toBe(changed);
});

it("is fresh only while the hash is the marked one and every output exists", () => {
  const name = `test-${process.pid}`;
  const output = at("out.txt");
  markFresh(name, "abc");
  expect(isFresh(name, "abc", [output])).toBe(false);
  writeFileSync(join(root, output), "");
  expect(isFresh(name, "abc", [output])).toBe(true);
  expect(isFresh(name, "abd", [output])).toBe(false);
});
