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
const inner = z.tuple([name], plain).readonly();
const middle = z.tuple([name], z.union([plain, inner])).readonly();

/** As it travels: of whichever table its receiver has, which may be an older one. */
export const told: z.ZodType<Told> = z.tuple([name], z.union([plain, middle])).readonly();
export type Told = readonly [name: string, ...values: (string | number | Told)[]];

/** Pure. */
export function say<Table extends Sentences>(table: Table, saying: Saying<Table>): string {
  return sayTold(table, saying as unknown as Told) ?? "";
}

/** The same of what was received; null where the table has no such sentence, or nothing was told. */
export function sayTold(table: Sentences, told: Told | null | undefined): string | null {
  if (!told) return null;
  const [sentence, ...given] = told;
  if (!Object.hasOwn(table, sentence)) return null;
  const values = given.map((value) => (typeof value === "object" ? (sayTold(table, value) ?? "") : value));
  return (table[sentence] as (...values: readonly (string | number)[]) => string)(...values);
}
