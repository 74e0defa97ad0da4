/** Why the coordinator does not start, for the person at the terminal. */
import type { Settings } from "./config.ts";
import { isSystemError } from "./storage/files.ts";

/** A sentence with what to do; with its stack for what nobody foresaw. */
export function startFailure(error: unknown, { port, host }: Pick<Settings, "port" | "host">): string {
  if (!(error instanceof Error)) return String(error);
  if (!isSystemError(error))
    return error.name === "Error" || error.name === "DataFolderInUseError" ? error.message : (error.stack ?? error.message);
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is in use; choose another one with --port, or 0 for any free one.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another one with --host.`;
    case "ENOENT":
      return `There is no ${error.path}; check --data, --models, --web and --samples.`;
    default:
      return `The system refuses (${error.code}${error.path ? `, ${error.path}` : ""}): check the port and the rights on the folders.`;
  }
}
