/**
 * `npm run third-party`: writes the tables of packages in THIRD_PARTY.md from package-lock.json and the licences of what is installed.
 * With --check it writes nothing, and fails when the tables are not the ones it would write: a package, its version or its licence is
 * new, gone or another one.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { installedLicence, packagesOf, readLock } from "./installedPackages.ts";
import { packageTables } from "./packageTables.ts";

const PAGE = "THIRD_PARTY.md";
/** What is made by machine stands between these lines. */
const BEGIN = "<!-- Made by `npm run third-party`. -->";
const END = "<!-- The end of what is made by machine. -->";
/** The workspaces that make the product. */
const SHIPPING = ["apps/coordinator", "apps/web"];

const page = readFileSync(PAGE, "utf8");
const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
if (before < 0 || after < before)
  throw new Error(`${PAGE} has no part between "${BEGIN}" and "${END}"; put these two lines back`);
const packages = packagesOf(readLock(readFileSync("package-lock.json", "utf8")), SHIPPING, installedLicence);
const made = `${page.slice(0, before + BEGIN.length)}\n\n${packageTables(packages)}\n\n${page.slice(after)}`;

if (!process.argv.includes("--check")) writeFileSync(PAGE, made);
else if (made !== page) {
  console.error(`${PAGE} is not true any more. Read what changed, then run: npm run third-party`);
  const lines = (text: string) => new Set(text.split("\n"));
  const [written, right] = [lines(page), lines(made)];
  for (const line of right) if (!written.has(line)) console.error(`+ ${line}`);
  for (const line of written) if (!right.has(line)) console.error(`- ${line}`);
  process.exitCode = 1;
}
