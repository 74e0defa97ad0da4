/** CSV with a header line, as readDelimited.ts reads it back (RFC 4180). Written by papaparse. */
/// <reference path="./papaparse.d.ts" />
import Papa from "papaparse";

/** What spreadsheets take for a formula, also where it is written wide; a signed number is none. */
const FORMULA = /^(?![+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$)[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/i;

/** One line per row after the names of the columns; lines end with CR LF. An apostrophe stands before what would be a formula. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, { escapeFormulae: FORMULA });
}
