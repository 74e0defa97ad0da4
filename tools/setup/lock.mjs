/** Lets one of several commands started at once do a piece of set-up while the others wait for it. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root, say } from "./process.mjs";

const folder = join(root, ".cache", "locks");
/** The holder renews its lock this often; one not renewed for STALE_MS belongs to a process that is gone. */
const RENEW_MS = 2_000;
const STALE_MS = 20_000;

/** Runs `body` while holding the lock `name`. A lock whose holder died is taken over. */
export async function withLock(name, body) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  for (let told = false; !take(path); told = true) {
    if (!told) say(`Another command is busy with "${name}"; waiting for it.`);
    await delay(250);
  }
  const renewal = setInterval(() => utimesSync(path, new Date(), new Date()), RENEW_MS);
  try {
    return await body();
  } finally {
    clearInterval(renewal);
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!isStale(path)) return false;
    rmSync(path, { force: true });
    return take(path);
  }
}

function isStale(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true;
    process.kill(Number(readFileSync(path, "utf8")) || process.pid, 0);
    return false;
  } catch (error) {
    // ESRCH: no such process. ENOENT: released meanwhile. EPERM: alive, of another user.
    return error.code === "ESRCH";
  }
}
