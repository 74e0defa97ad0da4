/**
 * What is said to people, as data: the name of a sentence in a table, and what stands in it. A subject's table is in English beside what
 * says it; a page has the same table in each of its languages, and a program that knows no other prints the English one.
 */
import { z } from "zod";

/** A table: each name with how its sentence is made. */
export type Sentences = Readonly<Record<string, (...values: never[]) => string>>;

/** Where a text stands, another saying of the same table may. */
type Value<Wanted> = Wanted extends string ? Wanted | Told : Wanted;
type Values<Wanted extends readonly unknown[]> = { readonly [Index in keyof Wanted]: Value<Wanted[Index]> };

/** One sentence of a table, with its values in order. */
export type Saying<Table> = {
  readonly [Name in keyof Table & string]: Table[Name] extends (...values: infer Wanted) => string
    ? readonly [Name, ...Values<Wanted>]
    : never;
}[keyof Table & string];

const name = z.string().max(40);
const plain = z.union([z.string().max(400), z.number()]);
/** A name and what stands in its sentence. */
const MAX_PARTS = 9;
const inner = z.tuple([name], plain).check(z.maxLength(MAX_PARTS)).readonly();
const middle = z
  .tuple([name], z.union([plain, inner]))
  .check(z.maxLength(MAX_PARTS))
  .readonly();

/** As it travels: of whichever table its receiver has, which may be an older one. */
export const told: z.ZodType<Told> = z
  .tuple([name], z.union([plain, middle]))
  .check(z.maxLength(MAX_PARTS))
  .readonly();
export type Told = readonly [name: string, ...values: (string | number | Told)[]];

/** A sentence in words, and as data; null where it is of no table. */
export interface Said {
  readonly message: string;
  readonly told: Told | null;
}

/** Pure. */
export function say<Table extends Sentences>(table: Table, saying: Saying<Table>): string {
  return sayTold(table, saying as unknown as Told) ?? "";
}

/** The same of what was received; null where nothing was told, or the table has no such sentence, or one that takes more than is there. */
export function sayTold(table: Sentences, told: Told | null | undefined): string | null {
  if (!told) return null;
  const [name, ...given] = told;
  if (!Object.hasOwn(table, name)) return null;
  const sentence = table[name] as (...values: readonly (string | number)[]) => string;
  if (given.length < sentence.length) return null;
  const values = given.map((value) => (typeof value === "object" ? sayTold(table, value) : value));
  return values.every((value) => value !== null) ? String(sentence(...values)) : null;
}
