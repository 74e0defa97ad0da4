/** The program `duet`: a command, its options, an exit code. 0: done; 1: it failed; 2: it cannot be meant; 130: interrupted. */
import { controlCommand } from "./commands/controlCommand.ts";
import { createCommand } from "./commands/createCommand.ts";
import { exportCommand } from "./commands/exportCommand.ts";
import { joinCommand } from "./commands/joinCommand.ts";
import { predictCommand } from "./commands/predictCommand.ts";
import { watchCommand } from "./commands/watchCommand.ts";
import { runProgram } from "./runProgram.ts";

process.exitCode = await runProgram(process.argv.slice(2), {
  join: joinCommand,
  watch: watchCommand,
  create: createCommand,
  control: controlCommand,
  predict: predictCommand,
  export: exportCommand,
});
// Whatever a library left open does not keep it.
process.exit();
