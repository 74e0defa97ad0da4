/** How a table is to be read, as options of a program; what is left out is decided by what the file looks like. */
import { separatorOf, type TableOptions, tableOptions } from "@duet/lora-core/data/tableOptions";
import { TEXT_ENCODINGS, textEncodingOf } from "@duet/lora-core/data/textEncoding";
import { z } from "zod";

const DECISIONS = { auto: "auto", yes: true, no: false } as const;
const decided = z
  .enum(["auto", "yes", "no"])
  .default("auto")
  .transform((decision) => DECISIONS[decision]);

function encodingOf(name: string, context: z.RefinementCtx): TableOptions["encoding"] {
  const encoding = name === "auto" ? name : textEncodingOf(name);
  if (encoding !== null) return encoding;
  context.addIssue({
    code: "custom",
    message: `There is no encoding "${name}"; --encoding takes auto, ${TEXT_ENCODINGS.join(", ")}`,
  });
  return z.NEVER;
}

/** The options of {@link TableOptions}, by their names. */
export const tableFlags = {
  encoding: z.string().default("auto").transform(encodingOf),
  separator: z.string().default("auto").transform(separatorOf).pipe(tableOptions.shape.separator.removeDefault()),
  header: decided,
  quotes: decided,
} as const;

/** A column, or several as a template in which \n is a line end. */
export const columnTemplate = z.string().transform((template) => template.replaceAll("\\n", "\n"));
