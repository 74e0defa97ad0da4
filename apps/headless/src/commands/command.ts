/** What a command of the program is. */
import type { Reporter } from "../terminal/reporter.ts";

export interface CommandContext {
  readonly reporter: Reporter;
  /** Aborted by the first SIGINT or SIGTERM; the second ends the process at once. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly usage: string;
  /** The exit code. @throws {UsageError} for what cannot be meant; {DuetError} or another error for what failed. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** A command by its name: what the program does not run it does not load. */
export interface CommandEntry {
  /** One line of the program's help. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Ended by a signal, before the work was. */
export const INTERRUPTED = 130;
