import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { withLock } from "./lock.mjs";
import { root } from "./process.mjs";

const name = `lock-test-${process.pid}`;
const path = join(root, ".cache", "locks", name);
afterEach(() => rmSync(path, { force: true }));

function leaveLockBehind(pid: number): void {
  mkdirSync(join(root, ".cache", "locks"), { recursive: true });
  writeFileSync(path, String(pid));
}

it("lets one holder in at a time, and everyone in the end", async () => {
  const happened: string[] = [];
  const enter = (who: string) =>
    withLock(name, async () => {
      happened.push(`${who} in`);
      await new Promise(setImmediate);
      happened.push(`${who} out`);
    });
  await Promise.all([enter("a"), enter("b")]);
  expect(happened).toEqual(["a in", "a out", "b in", "b out"]);
  expect(existsSync(path)).toBe(false);
});

it("releases the lock when its holder throws", async () => {
  await expect(withLock(name, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

it("takes over the lock of a process that is gone", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  leaveLockBehind(pid);
  expect(await withLock(name, async () => "entered")).toBe("entered");
});

it("takes over a lock that nobody renewed, whoever has that process id by now", async () => {
  leaveLockBehind(process.pid);
  utimesSync(path, new Date(0), new Date(0));
  expect(await withLock(name, async () => "entered")).toBe("entered");
});
