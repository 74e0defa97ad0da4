/** `npm run repair -- --data DIR`: says what is wrong with a data folder and its database, and with --fix saves what can be saved. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { parseCommandLine } from "../commandLine.ts";
import { openBlobFolder } from "../storage/blobStore.ts";
import { DatabaseFault } from "../storage/database/databaseFault.ts";
import { type Database, openDatabase } from "../storage/database/openDatabase.ts";
import { lockDataFolder } from "../storage/dataFolderLock.ts";
import { hashFile } from "../storage/files.ts";
import { databaseAddress } from "../storage/openStorage.ts";
import { examine, setAsideIn } from "../storage/repair.ts";

const USAGE = `Usage: npm run repair -- [--data DIR] [--database URL] [--fix]

  --data DIR        the data folder (data)
  --database URL    the PostgreSQL server, if it is not in the folder   DATABASE_URL
  --fix             sets aside what is damaged, so that the rest can be used

Stop the coordinator first, and make a copy of the folder. Without --fix nothing is changed.`;

process.exitCode = await main().catch((error: Error) => {
  console.error(error instanceof DatabaseFault ? databaseWords(error) : error.message);
  return 1;
});

/** Exit code: 0 when all is well, or was mended. */
async function main(): Promise<number> {
  const { values } = parseCommandLine({
    args: process.argv.slice(2),
    options: {
      data: { type: "string", default: process.env.DUET_DATA ?? "data" },
      database: { type: "string" },
      fix: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { data, fix } = values;
  const url = values.database ?? process.env.DATABASE_URL ?? null;
  if (!existsSync(data)) throw new Error(`There is no data folder "${data}"; name it with --data.`);
  const lock = await lockDataFolder(data);
  try {
    const database = await openDatabase(databaseAddress(data, url));
    try {
      if (url === null) await assertSound(database);
      return await report(database, data, fix);
    } finally {
      await database.destroy();
    }
  } finally {
    await lock.release();
  }
}

async function report(database: Database, data: string, fix: boolean): Promise<number> {
  const { federations, blobs, findings } = await examine(database, await openBlobFolder(join(data, "blobs"), hashFile));
  console.log(`· Looked at ${federations} federations and ${blobs} adapters.`);
  if (federations === 0 && findings.length > 0)
    console.log("· The database has no federation at all: it is lost, or another one.");
  const aside = `set-aside-${new Date().toISOString().replaceAll(":", "-")}`;
  for (const { federationId, problem, remedy, mend } of findings) {
    console.log(`· ${federationId}: ${problem}. ${mend ? "With --fix" : "Not mended here"}: ${remedy}.`);
    if (fix) await mend?.(setAsideIn(data, aside));
  }
  // Nothing is left that belongs to a database: the folder may begin anew with an empty one.
  if (fix && federations === 0 && findings.length > 0) await rm(join(data, "store-id"), { force: true });
  if (findings.length === 0) console.log("All is well.");
  else if (!fix) console.log("Nothing was changed. Copy the folder, then run this with --fix.");
  else console.log(`Mended as far as that goes; what was taken out is in "${join(data, aside)}".`);
  return findings.length === 0 || (fix && findings.every(({ mend }) => mend !== null)) ? 0 : 1;
}

async function assertSound(database: Database): Promise<void> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database);
  const problems = rows.map(({ integrity_check: problem }) => problem).filter((problem) => problem !== "ok");
  if (problems.length > 0) throw new DatabaseFault(problems.slice(0, 3).join("; "), "SQLITE_CORRUPT");
}

function databaseWords({ code, message }: DatabaseFault): string {
  const remedy = code.startsWith("SQLITE")
    ? 'Bring duet.db back from a back-up; or save what is readable with SQLite\'s own "sqlite3 duet.db .recover".'
    : "Check --database, and that the server runs.";
  return `The database cannot be read (${code}: ${message}). ${remedy}`;
}
