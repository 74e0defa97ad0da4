import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHeadless } from "./support/headlessProgram.ts";
import { smallFederation } from "./support/smallFederation.ts";

test("from the tarball alone, in an empty folder: it takes part, and answers a file with what it learned", async () => {
  const federation = await smallFederation({ minClients: 1, localSteps: 3, innerSteps: 2 }, { clients: 1 });
  const { folder, invite, files } = federation;
  const said = execFileSync(process.execPath, ["apps/headless/pack.mjs", folder], { encoding: "utf8" });
  const tarball = said.trim().split("\n").at(-1) ?? "";
  const empty = join(folder, "empty");
  mkdirSync(empty);
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--omit=optional", "--prefix", empty, tarball], {
    cwd: empty,
    stdio: "pipe",
  });
  const program = [join(empty, "node_modules", ".bin", "duet")];
  const run = async (...args: string[]) => {
    const started = startHeadless([...args, "--state", join(folder, "state")], program, empty);
    return [await started.ended, started.said.out + started.said.err] as const;
  };
  const data = ["--data", files[0] ?? "", "--input", "text"];
  const [joined, words] = await run("join", invite, ...data, "--label", "level");
  expect([joined, words]).toEqual([0, expect.stringMatching(/Finished\. Adapters: .*fused/)]);
  const [predicted] = await run("predict", "--adapter", join(empty, "duet-adapters", "fused"), ...data, "--out", "answers.csv");
  expect(predicted).toBe(0);
  const [header, first, ...rest] = readFileSync(join(empty, "answers.csv"), "utf8").trim().split(/\r?\n/);
  expect(header).toBe("text,level,predicted label,probability");
  expect(first).toMatch(/,0\.\d{4}$|,1\.0000$/);
  expect(rest).toHaveLength(59);
});
