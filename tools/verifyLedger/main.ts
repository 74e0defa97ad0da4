/** `npm run verify-ledger -- FILE`: checks the list of what left a tab against what the coordinator has on record. */
import { readFileSync } from "node:fs";
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { type LedgerFile, ledgerFile } from "@duet/lora-core/protocol/sentLedger";
import { recordByLink, recordInFolder } from "./recordOf.ts";
import { verificationText, verifyLedger } from "./verifyLedger.ts";

const USAGE = `npm run verify-ledger -- FILE [options]

  Checks the list "What left this tab", as a participant downloads it, against what the coordinator has on record.

  FILE              the downloaded list
  --link LINK       a watch or invite link of the federation: the coordinator is asked
  --data DIR        or the coordinator's data folder, which is read; nothing in it is changed
  --database URL    the PostgreSQL server, if the database is not in the folder   DATABASE_URL

  Ends with 0 where the two agree, with 1 where something is different, or with the coordinator and not in the list.`;

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function main(): Promise<number> {
  const { positionals, values } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      link: { type: "string" },
      data: { type: "string" },
      database: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [file] = positionals;
  const { link, data } = values;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (file === undefined || (link === undefined) === (data === undefined)) {
    throw new Error(`Name the file, and either a link or the data folder.\n\n${USAGE}`);
  }
  const ledger = readLedger(file);
  const database = values.database || process.env.DATABASE_URL || null;
  const record = link === undefined ? recordInFolder(ledger, data ?? "", database) : recordByLink(ledger, link);
  const verification = verifyLedger(ledger, await record);
  console.log(verificationText(verification));
  return verification.isSound ? 0 : 1;
}

/** @throws {Error} with what is wrong with the file. */
function readLedger(file: string): LedgerFile {
  const given: unknown = parsed(file);
  const read = ledgerFile.safeParse(given);
  if (read.success) return read.data;
  const words = schemaWords(read.error, { given, nameOf: (path) => path.join(".") || "file" });
  throw new Error(`${file} is no list of what left a tab, or it was changed: ${words.slice(0, 300)}`);
}

function parsed(file: string): unknown {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is no list of what left a tab: it is not JSON.`);
  }
}
