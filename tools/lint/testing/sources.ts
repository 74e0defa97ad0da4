/** The sources of all workspaces, for tests that look for what must not stand there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = /(^|\/)(node_modules|dist|out)\/|\.test\.tsx?$/;

/** Paths relative to the repository, with slashes. */
export const sources: readonly string[] = ["apps", "packages", "research", "tools"].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .map((path) => join(top, path).replaceAll("\\", "/"))
    .filter((path) => /\.(tsx?|mjs)$/.test(path) && !SKIPPED.test(path)),
);

/** Lines that match, as "path:line text". */
export function linesWith(pattern: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}
