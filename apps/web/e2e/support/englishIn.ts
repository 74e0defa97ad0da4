/** Commands, the same in every language. Names begin large, also their second word. */
const NAMES = /duet (?:join|create|export|watch)/g;
const RUN = /[A-Za-z][A-Za-z'-]+(?: +(?:\d+ )?[a-z][A-Za-z'-]*)+/g;

/** Runs of English words in a text of another language: two and more in a row, of which the second begins small. */
export const englishIn = (text: string): readonly string[] => text.replaceAll(NAMES, "§").match(RUN) ?? [];
