/** The examples in the packages' READMEs print what stands below them. Each runs as its reader would run it: by tsx, in its package. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const packages = ["packages", "apps"].flatMap((group) =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${group}/${name}`),
);

/** Each ```ts block with the ```text block that follows it. */
function examplesOf(readme: string): readonly { readonly code: string; readonly prints: string }[] {
  return [...readme.matchAll(/^```ts\n([\s\S]*?)^```\n(?:(?!```)[\s\S])*?^```text\n([\s\S]*?)^```/gm)].map(
    ([, code = "", prints = ""]) => ({ code, prints }),
  );
}

describe.each(packages)("%s/README.md", (folder) => {
  const readme = readFileSync(`${folder}/README.md`, "utf8");
  const examples = examplesOf(readme);

  it("has an example, and says of each what it prints", () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.length).toBe(readme.match(/^```ts$/gm)?.length);
  });

  it.each(examples)("example %# prints what it says", async ({ code, prints }) => {
    const file = join(folder, `.readme-example-${process.pid}-${examples.findIndex((example) => example.code === code)}.ts`);
    const temporary = mkdtempSync(join(tmpdir(), "duet-readme-"));
    onTestFinished(() => {
      rmSync(file, { force: true });
      rmSync(temporary, { recursive: true, force: true });
    });
    writeFileSync(file, code);
    const env = { ...process.env, TMPDIR: temporary, TSX_TSCONFIG_PATH: `${folder}/tsconfig.json` };
    const run = promisify(execFile)(process.execPath, ["--import", "tsx", file], { env });
    expect((await run).stdout).toBe(prints);
  });
});
