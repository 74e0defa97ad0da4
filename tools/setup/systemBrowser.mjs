/** Another browser than Chromium, for a journey in it: found, or installed as the system's packages. */
import { withLock } from "./lock.mjs";
import { SetupError, say } from "./process.mjs";
import { canInstallPackages, installPackage } from "./systemPackages.mjs";
import { typescriptModule } from "./typescriptModule.mjs";

/** Those that `npm test` drives: what finds it, what installs it, and what a person does where that cannot be. */
const BROWSERS = {
  Firefox: {
    find: async () => (await typescriptModule("tools/firefox.ts")).findFirefox(),
    packages: ["firefox-esr"],
    orElse: "Install it (for example: sudo apt-get install firefox-esr), or set DUET_FIREFOX to its path",
  },
  WebKitGTK: {
    find: async () => (await typescriptModule("tools/webkit.ts")).findWebkit(),
    packages: ["webkit2gtk-driver", "xvfb"],
    orElse: "Install it (on Debian: sudo apt-get install webkit2gtk-driver xvfb)",
  },
};

/**
 * Installs one if need be and possible; without it its journey is skipped, which is said. Call after ensureDependencies.
 * @param {keyof typeof BROWSERS} name
 * @throws {SetupError} in CI, on a machine that can install it
 */
export async function ensureSystemBrowser(name) {
  const { find, packages, orElse } = BROWSERS[name];
  if (await find()) return;
  const canInstall = await canInstallPackages();
  await withLock(name.toLowerCase(), async () => {
    if ((await find()) || !canInstall) return;
    say(`No ${name} found; installing ${packages.join(" and ")} with apt-get, for the journey in that browser.`);
    for (const one of packages) await installPackage(one);
  });
  if (await find()) return;
  const missing = `There is no ${name} here, and it could not be installed. ${orElse}`;
  if (process.env.CI && canInstall) throw new SetupError(`${missing}, and run this again.`);
  say(`${missing}. The journey in ${name} is skipped.`);
}
