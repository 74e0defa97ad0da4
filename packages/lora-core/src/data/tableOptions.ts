/** How a table file is to be read, and how it was: what "auto" leaves open is decided by what the file looks like. */

import { z } from "zod";
import type { DataSaying } from "./dataSentences.ts";
import { TEXT_ENCODINGS, type TextEncoding } from "./textEncoding.ts";

const auto = z.literal("auto");

export const tableOptions = z.strictObject({
  encoding: z.union([auto, z.enum(TEXT_ENCODINGS)]).default("auto"),
  /** What stands between two cells. Naming one reads plain text as a table too. */
  separator: z
    .union([auto, z.string().min(1).max(8)])
    .refine((separator) => !/["\n\r]/.test(separator), "a separator has no quote and no line end")
    .default("auto"),
  /** Whether the first line has the names of the columns. */
  header: z.union([auto, z.boolean()]).default("auto"),
  /** Whether quotes around a cell are marks, or part of it. */
  quotes: z.union([auto, z.boolean()]).default("auto"),
});
export type TableOptions = z.output<typeof tableOptions>;

/** What was decided; null where it makes no sense for the format. */
export interface TableReading {
  /** Null for text that was never bytes, such as a pasted one. */
  readonly encoding: TextEncoding | null;
  readonly separator: string | null;
  readonly header: boolean | null;
  readonly quotes: boolean | null;
  /** For the file's owner: guesses, and what was done to read the file. */
  readonly notices: readonly DataSaying[];
}

const SEPARATOR_NAMES: Readonly<Record<string, string>> = {
  tab: "\t",
  "\\t": "\t",
  comma: ",",
  semicolon: ";",
  bar: "|",
  pipe: "|",
  space: " ",
};

/** A separator as people write it on a command line: itself or its name. */
export const separatorOf = (written: string): string => SEPARATOR_NAMES[written.toLowerCase()] ?? written;

/** A separator in words; the reverse of {@link separatorOf}. */
export function separatorName(separator: string): string {
  const [name] = Object.entries(SEPARATOR_NAMES).find(([key, value]) => value === separator && !key.startsWith("\\")) ?? [];
  return name ?? JSON.stringify(separator);
}
