/** Finds the command that is meant, runs it, and says what failed. */
import leven from "leven";
import { type CommandEntry, INTERRUPTED } from "./commands/command.ts";
import { createReporter } from "./terminal/reporter.ts";
import { explainHere } from "./terminal/terminalWords.ts";
import { UsageError } from "./terminal/usage.ts";

const USAGE_FAILED = 2;
/** What a shell says of a program that SIGPIPE has ended. */
const UNREAD = 141;

/** The exit code. */
export async function runProgram(args: readonly string[], commands: Readonly<Record<string, CommandEntry>>): Promise<number> {
  const [name, ...rest] = args;
  const json = rest.includes("--json");
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endUnread);
  const reporter = createReporter({ json, out: process.stdout, err: process.stderr, now: Date.now });
  if (name === undefined || isHelp(name)) {
    reporter.result(overview(commands));
    return name === undefined ? USAGE_FAILED : 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!entry) throw new UsageError(`There is no command "${name}".${nearest(name, commands)} duet --help lists them all.`);
    const command = await entry.load();
    if (rest.some(isHelp)) {
      reporter.result(command.usage);
      return 0;
    }
    return await command.run(
      rest.filter((word) => word !== "--json"),
      { reporter, signal: abortedBySignal() },
    );
  } catch (error) {
    if (error instanceof UsageError) {
      reporter.event("failed", `${error.message}${entry ? ` (duet ${name} --help)` : ""}`, { sentence: error.message });
      return USAGE_FAILED;
    }
    const { sentence, nextStep } = explainHere(error);
    reporter.event("failed", `${sentence} ${nextStep}`, { sentence, nextStep });
    return 1;
  }
}

const isHelp = (word: string): boolean => word === "--help" || word === "-h" || word === "help";

function overview(commands: Readonly<Record<string, CommandEntry>>): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  duet ${name.padEnd(width)}  ${summary}`);
  return `duet COMMAND [options]\n\n${lines.join("\n")}\n\n  duet COMMAND --help says more.`;
}

function nearest(name: string, commands: Readonly<Record<string, CommandEntry>>): string {
  const [best] = Object.keys(commands)
    .map((known) => ({ known, distance: leven(name, known) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= 2 ? ` Did you mean duet ${best.known}?` : "";
}

/** Nobody reads what is said any more, as after `duet watch … | head`. A client's state is kept as after a kill. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(UNREAD);
}

/** By the first SIGINT or SIGTERM; the second ends the process at once. */
function abortedBySignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort();
    });
  }
  return controller.signal;
}
