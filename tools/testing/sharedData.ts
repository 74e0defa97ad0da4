/** Files that are not part of the project: tests that need them are skipped, visibly, where they are absent. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));

/** Text of a file below ../shared/data (beside the repository): real data sets. */
export const readShared = (path: string): string => readFileSync(`${shared}data/${path}`, "utf8");

/** Bytes of a file below ../shared/cases: small inputs that people have. */
export const readSharedCase = (path: string): Uint8Array => new Uint8Array(readFileSync(sharedCasePath(path)));

/** Path of such a file. */
export const sharedCasePath = (path: string): string => `${shared}cases/${path}`;

/** `describe` for a suite on ../shared/data. Without it the suite counts as skipped and its name says what it needs. */
export const describeWithSharedData = describeWith("data");

/** The same for a suite on ../shared/cases. */
export const describeWithSharedCases = describeWith("cases");

function describeWith(folder: string) {
  return (name: string, suite: () => void): void => {
    if (existsSync(`${shared}${folder}`)) describe(name, suite);
    else describe.skipIf(true)(`${name} (needs ../shared/${folder} beside the repository)`, suite);
  };
}
