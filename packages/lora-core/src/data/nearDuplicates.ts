/**
 * Groups texts that say nearly the same, so that a split never has one of them on each side.
 * Near-duplicates are texts that are equal once case, punctuation, numbers, addresses and paths are folded, and texts
 * whose sets of words overlap by Jaccard >= 0.8; groups are the connected components.
 * The set join is exact: candidates by prefix filtering (Bayardo et al. 2007, All-Pairs; Chaudhuri et al. 2006).
 */
import { createUnionFind } from "./unionFind.ts";

const MIN_JACCARD = 0.8;

/** Gets the share of the work that is done, now and then. */
export type OnShare = (share: number) => void;

/** Texts or sets of words between two calls of {@link OnShare}. */
const TOLD_EVERY = 500;

/** Group index of every text, numbered from 0 in order of first appearance. Deterministic. */
export function nearDuplicateGroups(texts: readonly string[], onShare: OnShare = () => {}): readonly number[] {
  // Folding takes about half of the time with many long texts.
  const tell = (from: number, done: number, of: number) => {
    if (done % TOLD_EVERY === 0) onShare(from + done / of / 2);
  };
  const keys = texts.map((text, index) => {
    tell(0, index, texts.length);
    return wordsOf(text);
  });
  const distinct = [...new Set(keys)];
  const roots = joinSimilar(
    distinct.map((key) => key.split(" ")),
    (done) => tell(0.5, done, distinct.length),
  );
  const rootOf = new Map(distinct.map((key, index) => [key, roots[index] ?? index]));
  const groups = new Map<number, number>();
  return keys.map((key) => {
    const root = rootOf.get(key) ?? -1;
    const group = groups.get(root) ?? groups.size;
    groups.set(root, group);
    return group;
  });
}

/** Its set of words as one text: those of the same words are compared with others once, however they are ordered. */
const wordsOf = (text: string): string => [...new Set(foldText(text).split(" "))].sort().join(" ");

/** Number of groups in what {@link nearDuplicateGroups} returned. */
export function countGroups(groups: readonly number[]): number {
  return groups.reduce((largest, group) => Math.max(largest, group), -1) + 1;
}

/** Lower case words with one space between; whatever varies between instances of one template becomes "#". */
export function foldText(text: string): string {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      // scripts without spaces: every character is a word
      .replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, " $& ")
      .replace(/\b[a-z][a-z0-9+.-]{1,20}:\/\/\S+/g, " # ") // addresses with a scheme
      .replace(/(?:[a-z]:)?(?:[\\/][^\s\\/"',;()]+){2,}[\\/]?/g, " # ") // paths
      .replace(/(?<!\S)\/[^\s\\/"',;()]+/g, " # ") // paths of one segment
      .replace(/\b[0-9a-f]{8,}\b/g, " # ") // hashes without a digit
      // numbers, ids, IP and hardware addresses: a word with a digit, with what is tied to it
      // (the look-behind keeps the search linear on long words without one)
      .replace(/(?<![\p{L}_:.@-])[\p{L}_:.@-]*\p{N}[\p{L}\p{N}_:.@-]*/gu, " # ")
      .replace(/[^\p{L}\p{M}#]+/gu, " ")
      .replace(/#(?: ?#)+/g, "#")
      .trim()
  );
}

/** Root index per set after joining all pairs with Jaccard >= MIN_JACCARD. */
function joinSimilar(sets: readonly (readonly string[])[], onSet: (done: number) => void): number[] {
  const ranked = rankWords(sets);
  const components = createUnionFind(sets.length);
  // By size, so that an indexed set is never larger than the one that looks it up.
  const order = ranked.map((_, index) => index).sort((a, b) => size(a) - size(b) || a - b);
  const index = new Map<number, number[]>();
  /** By set, what it was last compared with: it may share many words of the prefix. */
  const comparedWith = new Int32Array(sets.length).fill(-1);
  function size(set: number): number {
    return ranked[set]?.length ?? 0;
  }
  for (const [done, set] of order.entries()) {
    onSet(done);
    const words = ranked[set] ?? NO_WORDS;
    // Two sets with J >= t share a word among their first |x| - ceil(t |x|) + 1 words in a common order.
    const prefix = words.subarray(0, words.length - Math.ceil(MIN_JACCARD * words.length) + 1);
    for (const word of prefix) {
      const postings = index.get(word) ?? [];
      for (const other of postings) {
        if (comparedWith[other] === set) continue;
        comparedWith[other] = set;
        if (size(other) < MIN_JACCARD * words.length || components.find(other) === components.find(set)) continue;
        if (areSimilar(words, ranked[other] ?? NO_WORDS)) components.join(other, set);
      }
      postings.push(set);
      index.set(word, postings);
    }
  }
  return sets.map((_, set) => components.find(set));
}

/** Words as numbers, rarest first, each set sorted by them: rare words make short candidate lists. */
function rankWords(sets: readonly (readonly string[])[]): readonly Uint32Array[] {
  const frequency = new Map<string, number>();
  for (const set of sets) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const byRarity = [...frequency].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  const rank = new Map(byRarity.map(([word], index) => [word, index]));
  return sets.map((set) => Uint32Array.from(set, (word) => rank.get(word) ?? 0).sort());
}

const NO_WORDS = new Uint32Array();

/** Whether |a ∩ b| / |a ∪ b| >= MIN_JACCARD of two ascending lists without repeats; ends where too few words are left for that. */
function areSimilar(a: Uint32Array, b: Uint32Array): boolean {
  const all = a.length + b.length;
  // shared / (all - shared) >= t
  const needed = Math.ceil((MIN_JACCARD * all) / (1 + MIN_JACCARD) - 1e-9);
  let missable = all - 2 * needed;
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length && missable >= 0; ) {
    const difference = (a[i] ?? 0) - (b[j] ?? 0);
    if (difference === 0) shared++;
    else missable--;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return shared >= needed;
}
