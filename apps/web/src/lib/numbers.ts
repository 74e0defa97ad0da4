/** Numbers as people read them in the page's language; what has words beside them is in format.ts. */
import { LANGUAGES, type Language, language } from "./language.ts";

const numbers = new Map<string, Intl.NumberFormat>();

/** With so many digits after the point; grouped by thousands only where asked. */
export function formatNumber(value: number, digits = 0, useGrouping = false): string {
  const spoken: Language = language.get();
  const key = `${spoken} ${digits} ${useGrouping}`;
  const known = numbers.get(key);
  if (known) return known.format(value);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping };
  const made = new Intl.NumberFormat(LANGUAGES[spoken].locale, options);
  numbers.set(key, made);
  return made.format(value);
}

/** How many there are, to the last one: 1,374. */
export const formatWhole = (value: number): string => formatNumber(value, 0, true);
