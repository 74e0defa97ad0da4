/** The program `duet`: a command, its options, an exit code. 0: done; 1: it failed; 2: it cannot be meant; 130: interrupted. */
import { joinCommand } from "./commands/joinCommand.ts";
import { runProgram } from "./runProgram.ts";

process.exitCode = await runProgram(process.argv.slice(2), { join: joinCommand });
// Whatever a library left open does not keep it.
process.exit();
