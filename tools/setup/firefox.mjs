/** A Firefox that the tests can drive: found, or installed as the system's package. */
import { withLock } from "./lock.mjs";
import { SetupError, say } from "./process.mjs";
import { canInstallPackages, installPackage } from "./systemPackages.mjs";
import { typescriptModule } from "./typescriptModule.mjs";

/**
 * Installs one if need be and possible; without it its journey is skipped, which is said. Call after ensureDependencies.
 * @throws {SetupError} in CI, on a machine that can install it
 */
export async function ensureFirefox() {
  const { findFirefox } = await typescriptModule("tools/firefox.ts");
  if (findFirefox()) return;
  const canInstall = await canInstallPackages();
  await withLock("firefox", async () => {
    if (findFirefox() || !canInstall) return;
    say("No Firefox found; installing the system's package firefox-esr with apt-get, for the journey in that browser.");
    await installPackage("firefox-esr");
  });
  if (findFirefox()) return;
  const missing =
    "There is no Firefox here, and it could not be installed. Install it (for example: sudo apt-get install firefox-esr), or set DUET_FIREFOX to its path";
  if (process.env.CI && canInstall) throw new SetupError(`${missing}, and run this again.`);
  say(`${missing}. The journey in Firefox is skipped.`);
}
