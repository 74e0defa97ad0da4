/** Finds a Chromium that starts, or gets one: Playwright's build first, then the system's package. */
import { existsSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { run, SetupError, say } from "./process.mjs";

const PLAYWRIGHT = "node_modules/playwright/cli.js";
/** A download that says nothing for this long is not going to come. */
const SILENCE_MS = 90_000;
const DOWNLOAD_MS = 10 * 60_000;

/** Path of a Chromium that runs here, installed if need be. Call after ensureDependencies. @throws {SetupError} */
export async function ensureChromium() {
  return (await workingChromium()) ?? withLock("chromium", async () => (await workingChromium()) ?? install());
}

async function install() {
  say("No Chromium found; downloading the one that Playwright uses (about 180 MB, once).");
  await run(process.execPath, [PLAYWRIGHT, "install", "chromium", "--no-shell"], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000" },
    silenceMs: SILENCE_MS,
    totalMs: DOWNLOAD_MS,
  });
  const elevate = await elevation();
  if (!(await workingChromium()) && (await findPath()) && elevate) {
    say("Chromium is there but system libraries are missing; installing them.");
    await run(process.execPath, [PLAYWRIGHT, "install-deps", "chromium"], { totalMs: DOWNLOAD_MS });
  }
  if (!(await workingChromium()) && elevate && existsSync("/usr/bin/apt-get")) {
    say("That did not work here; installing the system's Chromium package with apt-get instead.");
    const apt = (...args) =>
      run(elevate[0] ?? "apt-get", [...elevate.slice(1), ...(elevate.length ? ["apt-get"] : []), ...args], {
        totalMs: DOWNLOAD_MS,
      });
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", "chromium");
  }
  const path = await workingChromium();
  if (path) return path;
  throw new SetupError(
    "Duet's tests and demo need Chromium, and it could not be installed here. Install Chromium or Chrome yourself " +
      "(for example: sudo apt-get install chromium), or set DUET_CHROMIUM to the path of one, and run this again.",
  );
}

/** What to put before a command that needs root: nothing for root, sudo where it asks no password, null where neither works. */
async function elevation() {
  if (process.getuid?.() === 0) return [];
  return process.platform === "linux" && (await run("sudo", ["-n", "true"], { quiet: true })).code === 0 ? ["sudo", "-n"] : null;
}

async function findPath() {
  // Only now: tsx and playwright are not there before ensureDependencies.
  const { tsImport } = await import("tsx/esm/api");
  const { findChromium } = await tsImport("../chromium.ts", import.meta.url);
  return findChromium();
}

/** A browser that is there may still lack libraries, or be a stub that points to another installer: ask it for its version. */
async function workingChromium() {
  const path = await findPath();
  return path && (await run(path, ["--version"], { quiet: true, totalMs: 30_000 })).code === 0 ? path : null;
}
