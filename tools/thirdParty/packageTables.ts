/** The part of THIRD_PARTY.md that is made by machine: which packages ship, which only build and test, which are not permissive. */
import type { Package } from "./installedPackages.ts";

/** Licences (SPDX) that ask for no more than their notice. */
const PERMISSIVE = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  // Of fonts: bundled unchanged.
  "OFL-1.1",
  "Unlicense",
]);

/** Whether an SPDX expression without nesting lets one choose permissive licences only. */
export function isPermissive(licence: string): boolean {
  const choices = licence.replace(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((id) => PERMISSIVE.has(id)));
}

/** The tables as Markdown, without a blank line at either end. */
export function packageTables(packages: readonly Package[]): string {
  const shipped = packages.filter(({ shipsWith }) => shipsWith.length > 0);
  const development = packages.filter(({ shipsWith, range }) => shipsWith.length === 0 && range !== null);
  const restricted = packages.filter(({ licence }) => !isPermissive(licence));
  return [
    "## Packages that ship with the product",
    "The version is the range that Duet asks for, or the installed line where only another package asks.",
    table(
      ["package", "version", "licence", "ships with"],
      shipped.map((one) => [...cells(one), one.shipsWith.join(", ")]),
    ),
    "## Packages for development and research",
    "What Duet itself asks for; what these need in turn is in `package-lock.json`, and all of it is listed below if it is not permissive.",
    table(["package", "version", "licence"], development.map(cells)),
    "## Licences that are not permissive",
    restricted.length === 0
      ? "None."
      : table(
          ["package", "version", "licence", "where"],
          restricted.map((one) => [...cells(one), one.shipsWith.join(", ") || "development only; nothing of it ships"]),
        ),
  ].join("\n\n");
}

const cells = ({ name, version, range, licence }: Package): readonly string[] => [
  `\`${name}\``,
  range ?? lineOf(version),
  licence,
];

/** The versions that a caret allows: 4.22.1 is of the line 4.x, 0.8.3 of 0.8.x. */
function lineOf(version: string): string {
  const [major, minor] = version.split(".");
  return major === "0" ? `0.${minor}.x` : `${major}.x`;
}

/** Equal rows once, cells padded as the formatter pads them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const distinct = [...new Map(rows.map((row) => [row.join("|"), row])).values()];
  const widths = head.map((cell, column) => Math.max(cell.length, ...distinct.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...distinct.map(line)].join("\n");
}
