import { formatWhole } from "./numbers.ts";

/** "1 client", "1,374 rows": for English catalogues, whose nouns are regular. */
export const plural = (count: number, noun: string): string => `${formatWhole(count)} ${noun}${count === 1 ? "" : "s"}`;
