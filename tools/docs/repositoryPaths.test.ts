import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deadPaths, type Repository } from "./repositoryPaths.ts";

const repository: Repository = {
  files: execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => existsSync(file) && file !== ""),
  textOf: (file) => readFileSync(file, "utf8"),
  isProduct: (path) => spawnSync("git", ["check-ignore", "--quiet", path]).status === 0,
};

/** The changelog speaks of what was. */
const documents = repository.files.filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md");

describe("the documents", () => {
  it.each(documents)("%s names only files that there are", (document) => {
    expect(deadPaths(document, repository)).toEqual([]);
  });
});

describe("deadPaths", () => {
  const files: Record<string, string> = {
    "docs/page.md": "# The page\n\n## Who owns what, and why",
    "packages/core/src/rounds/roundMachine.ts": "",
    "packages/core/src/ops/gelu/gelu.wasm.ts": "",
  };
  const deadIn = (text: string) =>
    deadPaths("docs/here.md", {
      files: [...Object.keys(files), "docs/here.md"],
      textOf: (file) => (file === "docs/here.md" ? text : (files[file] ?? "")),
      isProduct: (path) => path.startsWith("packages/built"),
    });

  it.each([
    "[a](page.md), [b](page.md#who-owns-what-and-why), [c](../packages/core/), [d](#here)\n# Here",
    "`packages/core/src/rounds`, `packages/core/src/rounds/roundMachine.ts`, `rounds/roundMachine.ts`, `core/rounds/roundMachine.ts`, `roundMachine.ts`",
    "`packages/*/src`, `gelu.{wasm,webgpu}.ts`, `*.wasm.ts`, `packages/built/out`",
    "`yourMethod.ts`, `packages/<name>`, `npm run x`, `@scope/package`, `round/submit`, `config.json`, [web](https://a.b/c.md)",
    "```\n`packages/no`\n[a](no.md)\n```",
  ])("finds nothing in %j", (text) => {
    expect(deadIn(text)).toEqual([]);
  });

  it.each([
    ["[a](pages.md)", "docs/here.md links to pages.md"],
    ["[a](page.md#who-owns-it)", "docs/here.md links to page.md#who-owns-it"],
    ["[a](../packages/cor)", "docs/here.md links to ../packages/cor"],
    ["`packages/core/src/round`", "docs/here.md speaks of packages/core/src/round"],
    ["`rounds/machine.ts`", "docs/here.md speaks of rounds/machine.ts"],
    ["`Machine.ts`", "docs/here.md speaks of Machine.ts"],
    ["`packages/*/test`", "docs/here.md speaks of packages/*/test"],
  ])("finds %s", (text, sentence) => {
    expect(deadIn(text)).toEqual([sentence]);
  });
});
