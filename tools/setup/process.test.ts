import { expect, it } from "vitest";
import { run } from "./process.mjs";

const node = (script: string, options = {}) => run(process.execPath, ["-e", script], { quiet: true, ...options });

it("returns the exit code and everything that was written", async () => {
  expect(await node("console.log('out'); console.error('err'); process.exitCode = 3")).toEqual({ code: 3, output: "out\nerr\n" });
});

it("reports a command that does not exist", async () => {
  const { code, output } = await run("no-such-command-for-duet", [], { quiet: true });
  expect(code).toBe(127);
  expect(output).toContain("no-such-command-for-duet");
});

it("ends a command that takes too long or falls silent, and does not wait for the children it leaves", async () => {
  const child =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit' });";
  const forever = `${child} setInterval(() => {}, 1000)`;
  expect((await node(forever, { totalMs: 300 })).code).toBeNull();
  expect((await node(forever, { silenceMs: 300 })).code).toBeNull();
});
