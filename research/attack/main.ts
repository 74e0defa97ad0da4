/** `npm run attack`: federations whose clients send bad updates (`--poison`), or whose messages are read (`--leak`). `-- --help` says what there is. */
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { leak } from "./leak.ts";
import { LEAK_USAGE, parseLeakOptions } from "./leakOptions.ts";
import { poison } from "./poison.ts";
import { parsePoisonOptions, USAGE } from "./poisonOptions.ts";

allowRelaxedSimd();

try {
  const given = process.argv.slice(2);
  await (given.includes("--leak") ? attackLeak(given) : attackPoison(given));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function attackLeak(given: readonly string[]): Promise<void> {
  const options = parseLeakOptions(given);
  if (options === "help") console.log(LEAK_USAGE);
  else await leak(options);
}

async function attackPoison(given: readonly string[]): Promise<void> {
  const options = parsePoisonOptions(given);
  if (options === "help") console.log(`${USAGE}\n\n${LEAK_USAGE}`);
  else await poison(options);
}
