/** Finds a Chromium that starts, or gets one: Playwright's build first, then the system's package. */
import { withLock } from "./lock.mjs";
import { run, SetupError, say } from "./process.mjs";
import { canInstallPackages, elevation, installPackage } from "./systemPackages.mjs";

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
  if (!(await workingChromium()) && (await findPath()) && (await elevation())) {
    say("Chromium is there but system libraries are missing; installing them.");
    await run(process.execPath, [PLAYWRIGHT, "install-deps", "chromium"], { totalMs: DOWNLOAD_MS });
  }
  if (!(await workingChromium()) && (await canInstallPackages())) {
    say("That did not work here; installing the system's Chromium package with apt-get instead.");
    await installPackage("chromium");
  }
  const path = await workingChromium();
  if (path) return path;
  throw new SetupError(
    "Duet's tests and demo need Chromium, and it could not be installed here. Install Chromium or Chrome yourself " +
      "(for example: sudo apt-get install chromium), or set DUET_CHROMIUM to the path of one, and run this again.",
  );
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
