/** How close written answers are to the wanted ones, each figure a mean over rows, 0 to 1. Pure. */

export interface TextFigures {
  /** Equal but for spaces at the ends and how many stand between words. */
  readonly exactMatch: number;
  /** F1 of words as a bag (Rajpurkar et al. 2016, arXiv:1606.05250; articles count here, as other languages have others). */
  readonly tokenF1: number;
  /** F-measure of the longest common subsequence of words (Lin 2004, "ROUGE", section 3). */
  readonly rougeL: number;
}

/** More of a text is not compared: the subsequence takes the square of it. */
const MOST_WORDS = 512;

/** Row by row. @throws {RangeError} without rows, or when there are not as many of both. */
export function textFigures(written: readonly string[], wanted: readonly string[]): TextFigures {
  if (written.length !== wanted.length) throw new RangeError(`${written.length} texts for ${wanted.length} rows`);
  if (written.length === 0) throw new RangeError("There are no rows to compare");
  const rows = written.map((text, row) => figuresOf(text, wanted[row] ?? ""));
  const mean = (pick: (figures: TextFigures) => number) => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  return {
    exactMatch: mean(({ exactMatch }) => exactMatch),
    tokenF1: mean(({ tokenF1 }) => tokenF1),
    rougeL: mean(({ rougeL }) => rougeL),
  };
}

function figuresOf(written: string, wanted: string): TextFigures {
  const exactMatch = spaced(written) === spaced(wanted) ? 1 : 0;
  const [ours, theirs] = [wordsOf(written), wordsOf(wanted)];
  // Texts of signs alone are right or wrong.
  if (ours.length + theirs.length === 0) return { exactMatch, tokenF1: exactMatch, rougeL: exactMatch };
  const all = ours.length + theirs.length;
  return { exactMatch, tokenF1: (2 * inCommon(ours, theirs)) / all, rougeL: (2 * inOrder(ours, theirs)) / all };
}

const spaced = (text: string) => text.trim().replace(/\s+/gu, " ");

/** Letters and digits, in lower case. */
function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).slice(0, MOST_WORDS);
}

/** Words that both have, as often as both have them. */
function inCommon(ours: readonly string[], theirs: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1);
  return ours.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count > 0;
  }).length;
}

/** Length of the longest common subsequence. */
function inOrder(ours: readonly string[], theirs: readonly string[]): number {
  let lengths = new Array<number>(theirs.length + 1).fill(0);
  for (const word of ours) {
    const next = [0];
    for (const [i, other] of theirs.entries()) {
      next.push(word === other ? (lengths[i] ?? 0) + 1 : Math.max(lengths[i + 1] ?? 0, next[i] ?? 0));
    }
    lengths = next;
  }
  return lengths.at(-1) ?? 0;
}
