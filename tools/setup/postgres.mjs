/** A PostgreSQL that the tests can start: found, or installed as the system's package. */
import { withLock } from "./lock.mjs";
import { SetupError, say } from "./process.mjs";
import { canInstallPackages, installPackage } from "./systemPackages.mjs";
import { typescriptModule } from "./typescriptModule.mjs";

/**
 * Installs one if need be and possible; without it the tests of the project "postgres" are left out, which is said. Call after
 * ensureDependencies. @throws {SetupError} in CI, where nothing may be left out
 */
export async function ensurePostgres() {
  const { findPostgres } = await typescriptModule("tools/postgres.ts");
  if (findPostgres()) return;
  await withLock("postgres", async () => {
    if (findPostgres() || !(await canInstallPackages())) return;
    say("No PostgreSQL found; installing the system's package with apt-get, for the tests of that database.");
    await installPackage("postgresql");
  });
  if (findPostgres()) return;
  const missing =
    "There is no PostgreSQL here, and it could not be installed. Install it (for example: sudo apt-get install postgresql), or set DUET_POSTGRES to the folder of its programs";
  if (process.env.CI) throw new SetupError(`${missing}, and run this again.`);
  say(`${missing}. The tests that run on SQLite and on PostgreSQL run on SQLite only.`);
}
