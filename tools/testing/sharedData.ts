/** Real data sets that are not part of the project: tests that need them are skipped, visibly, where they are absent. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** Text of a file below ../shared/data (beside the repository). */
export const readShared = (path: string): string => readFileSync(`${folder}${path}`, "utf8");

/** `describe` for a suite on those files. Without them the suite counts as skipped and its name says what it needs. */
export function describeWithSharedData(name: string, suite: () => void): void {
  if (existsSync(folder)) describe(name, suite);
  else describe.skipIf(true)(`${name} (needs ../shared/data beside the repository)`, suite);
}
