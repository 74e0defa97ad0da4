/** Options of a program, with an error for the person at the terminal that names the option that was probably meant. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import leven from "leven";

/** As `parseArgs` of Node. @throws {Error} with a sentence on an option that there is not, or one without its value. */
export function parseCommandLine<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError) || !("code" in error)) throw error;
    if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new Error(unknownOption(error.message, config));
    throw new Error(`${error.message.split(/\.\s|\n/)[0]}.`);
  }
}

function unknownOption(message: string, { options = {} }: ParseArgsConfig): string {
  const [, given = "that option", name = ""] = /'(--?([^'=]+))/.exec(message) ?? [];
  return `There is no option ${given}.${nearest(name, [...Object.keys(options), "help"])} --help lists them all.`;
}

/** " Did you mean --port?", when one is near enough. */
function nearest(name: string, known: readonly string[]): string {
  const ranked = known.map((option) => ({ option, distance: leven(name, option) })).sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (!best || best.distance > Math.max(2, name.length / 3)) return "";
  return ` Did you mean --${best.option}?`;
}
