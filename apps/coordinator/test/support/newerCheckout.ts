/** A later version of the coordinator, as far as what it stores goes. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const COORDINATOR = "apps/coordinator";
const FORMAT = join(COORDINATOR, "src/storage/journalEntry.ts");

/** Folder of a copy of this checkout's coordinator that stores events in a form which this one does not know yet. It goes with the test. */
export async function newerCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-newer-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const part of ["bin", "src", "package.json"]) {
    await cp(join(COORDINATOR, part), join(folder, COORDINATOR, part), { recursive: true });
  }
  for (const packages of ["node_modules", join(COORDINATOR, "node_modules")]) {
    await symlink(resolve(packages), join(folder, packages));
  }
  const format = await readFile(FORMAT, "utf8");
  const newer = format.replace(/migrations: \[(.*)\]/, "migrations: [$1, (older) => older]");
  if (newer === format) throw new Error(`The migrations of ${FORMAT} are not found`);
  await writeFile(join(folder, FORMAT), newer);
  return folder;
}
