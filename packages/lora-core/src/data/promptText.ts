/** The text a causal language model reads before the answer of a row. */

/** Between input and answer; the answer follows after a space. */
export const ANSWER_SEPARATOR = "\nAnswer:";

/** The text before the answer, e.g. for `generate`. */
export function promptText(input: string): string {
  return `${input}${ANSWER_SEPARATOR}`;
}
