/** CSV with a header line, as readDelimited.ts reads it back (RFC 4180). Written by papaparse. */
/// <reference path="./papaparse.d.ts" />
import Papa from "papaparse";

/** One line per row after the names of the columns; lines end with CR LF. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) });
}
