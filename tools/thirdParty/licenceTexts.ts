/** The licences of the packages in the web app as one text that is served with it: most of them ask that their notice goes along. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { installedLicence, packagesOf, readLock } from "./installedPackages.ts";

/** Files in which a package keeps its notices; others are documentation. */
const NOTICE = /^(licen[cs]e|notice|copying)([.-].*)?$/i;

const RULE = "-".repeat(80);

/**
 * Name, version and notices of every package that the web app is built from, also of those of which the bundler leaves little; the
 * working folder is the repository's root. A package without a notice of its own stands there with the name of its licence.
 */
export function licenceTexts(): string {
  const packages = packagesOf(readLock(readFileSync("package-lock.json", "utf8")), ["apps/web"], installedLicence);
  const texts = packages
    .filter(({ shipsWith }) => shipsWith.length > 0)
    .map(({ name, version, licence, path }) => [`${name} ${version}: ${licence}`, ...noticesIn(path)].join("\n\n"));
  const own = ["Duet: Apache-2.0", readFileSync("NOTICE", "utf8").trim(), readFileSync("LICENSE", "utf8").trim()].join("\n\n");
  return [own, ...texts].join(`\n\n${RULE}\n\n`);
}

function noticesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && NOTICE.test(entry.name));
  return files.map(({ name }) => readFileSync(`${folder}/${name}`, "utf8").trim());
}
