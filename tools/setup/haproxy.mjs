/** An HAProxy that the tests of several nodes can start: found, or installed as the system's package. */
import { existsSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { SetupError, say } from "./process.mjs";
import { canInstallPackages, installPackage } from "./systemPackages.mjs";

/** Where Debian puts it; the tests look there too. */
const HAPROXY = "/usr/sbin/haproxy";

/** Installs one if need be and possible; without it the tests of several nodes are skipped, which is said. @throws {SetupError} in CI, on a machine that can install it */
export async function ensureHaproxy() {
  if (existsSync(HAPROXY)) return;
  const canInstall = await canInstallPackages();
  await withLock("haproxy", async () => {
    if (existsSync(HAPROXY) || !canInstall) return;
    say("No HAProxy found; installing the system's package with apt-get, for the tests of several nodes.");
    await installPackage("haproxy");
  });
  if (existsSync(HAPROXY)) return;
  const missing =
    "There is no HAProxy here, and it could not be installed. Install it (for example: sudo apt-get install haproxy)";
  if (process.env.CI && canInstall) throw new SetupError(`${missing}, and run this again.`);
  say(`${missing}. The tests of several nodes are skipped.`);
}
