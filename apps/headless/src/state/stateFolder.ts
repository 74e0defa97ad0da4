/** Where a program keeps what it must not forget, unless it is told by --state. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** One for everything: what was spent of a privacy budget is counted over all federations in it. */
export function stateFolder(chosen: string | undefined): string {
  const { XDG_STATE_HOME, DUET_STATE } = process.env;
  return resolve(chosen ?? DUET_STATE ?? join(XDG_STATE_HOME || join(homedir(), ".local", "state"), "duet"));
}
