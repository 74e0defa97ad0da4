/** Why the coordinator does not start, for the person at the terminal. */
import type { Settings } from "./config.ts";
import { BucketError } from "./storage/bucket.ts";
import { DatabaseFault } from "./storage/database/databaseFault.ts";
import { isSystemError } from "./storage/files.ts";

/** Errors whose message is the sentence. */
const SPOKEN = new Set(["Error", "DataFolderInUseError", "StorageMismatchError", "StoredFormatError"]);

/** A sentence with what to do; with its stack for what nobody foresaw. */
export function startFailure(error: unknown, { port, host, data }: Pick<Settings, "port" | "host" | "data">): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DatabaseFault) return databaseFailure(error, data);
  if (error instanceof BucketError) return `${error.message} (${error.code}): check --blobs, and the keys in the environment.`;
  if (!isSystemError(error)) return SPOKEN.has(error.name) ? error.message : (error.stack ?? error.message);
  const { code, path }: NodeJS.ErrnoException = error;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is in use; choose another one with --port, or 0 for any free one.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another one with --host.`;
    case "ENOENT":
      return `There is no ${path}; check --data, --models, --web and --samples.`;
    default:
      return `The system refuses (${code}${path ? `, ${path}` : ""}): check the port and the rights on the folders.`;
  }
}

function databaseFailure({ code, message }: DatabaseFault, data: string): string {
  const remedy = code.startsWith("SQLITE")
    ? `check the rights and the room on the data folder; "npm run repair -- --data ${data}" says whether it is damaged.`
    : "check --database, and that the server runs and lets this user in.";
  return `The database cannot be used (${code}: ${message}): ${remedy}`;
}
