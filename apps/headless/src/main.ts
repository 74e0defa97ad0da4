/** The program `duet`: a command, its options, an exit code. 0: done; 1: it failed; 2: it cannot be meant; 130: interrupted; 141: nobody reads it. */
import { allowRelaxedSimd } from "./engine/nodeWasm.ts";
import { runProgram } from "./runProgram.ts";

allowRelaxedSimd();
process.exitCode = await runProgram(process.argv.slice(2), {
  join: {
    summary: "takes part in a federation with the rows of a file",
    load: async () => (await import("./commands/joinCommand.ts")).joinCommand,
  },
  watch: {
    summary: "shows a federation until it ends",
    load: async () => (await import("./commands/watchCommand.ts")).watchCommand,
  },
  create: {
    summary: "creates a federation from a file of settings",
    load: async () => (await import("./commands/createCommand.ts")).createCommand,
  },
  control: {
    summary: "starts, pauses, stops a federation; who may join, who must go",
    load: async () => (await import("./commands/controlCommand.ts")).controlCommand,
  },
  predict: {
    summary: "answers every row of a file with an adapter",
    load: async () => (await import("./commands/predictCommand.ts")).predictCommand,
  },
  export: {
    summary: "writes adapters as PEFT files",
    load: async () => (await import("./commands/exportCommand.ts")).exportCommand,
  },
});
// Whatever a library left open does not keep it.
process.exit();
