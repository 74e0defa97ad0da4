import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly scripts: Readonly<Record<string, string>> };

/** They only write what is made of the sources. */
const WITHOUT_OPTIONS = ["third-party", "protocol-schemas"];

/** Commands that are a program in TypeScript, and take options. */
const programs = Object.entries(scripts).flatMap(([name, command]) => {
  const [, script] = /tsx (\S+\/main\.ts)/.exec(command) ?? [];
  const [, bundled] = /node (apps\/\S+\/bin\/\S+\.mjs)/.exec(command) ?? [];
  const args = script === undefined ? bundled && [bundled] : ["--import", "tsx", script];
  return !args || WITHOUT_OPTIONS.includes(name) ? [] : [[name, args] as const];
});

test("there are the programs that the documents name", () => {
  expect(programs.map(([name]) => name)).toEqual(
    expect.arrayContaining(["bench", "experiment", "attack", "load", "import-data", "repair", "inspect", "verify-ledger"]),
  );
});

// A program that imports what only a test has, or nothing at all, would fail right here.
test.each(programs)("npm run %s says how it is used", async (_name, args) => {
  const { stdout } = await run(process.execPath, [...args, "--help"], { timeout: 60_000 });
  expect(stdout).toMatch(/--\w+/);
});
