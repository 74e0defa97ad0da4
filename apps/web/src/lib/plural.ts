/** "1 client", "3 clients": for English catalogues, whose nouns are regular. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
