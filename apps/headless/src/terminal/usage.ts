/** Options of a command: parsed, checked against a schema, refused in a sentence. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import type { z } from "zod";

/** A command line that cannot be meant; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Parsed<S extends z.ZodObject> {
  readonly options: z.output<S>;
  readonly words: readonly string[];
}

/** Of those options that say so in `switches` no value is taken, of those in `lists` several. @throws {UsageError} */
export function parseOptions<S extends z.ZodObject>(
  args: readonly string[],
  schema: S,
  { switches = [], lists = [] }: { readonly switches?: readonly string[]; readonly lists?: readonly string[] } = {},
): Parsed<S> {
  const options = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [
      name,
      { type: switches.includes(name) ? ("boolean" as const) : ("string" as const), multiple: lists.includes(name) },
    ]),
  );
  const { values, positionals } = parsedWords(args, options);
  const parsed = schema.safeParse(values);
  if (parsed.success) return { options: parsed.data, words: positionals };
  throw new UsageError(schemaWords(parsed.error, { given: values, nameOf: ([name]) => `--${String(name)}` }));
}

function parsedWords(args: readonly string[], options: NonNullable<Parameters<typeof parseCommandLine>[0]["options"]>) {
  try {
    return parseCommandLine({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
