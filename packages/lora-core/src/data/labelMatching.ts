/** Which label of a closed set a cell of a file means, written as it may be. */
import type { DataSaying } from "./dataSentences.ts";
import type { Task } from "./task.ts";

/** A spelling that is read as a label although it is not written as that label is. */
export interface Respelling {
  readonly spelling: string;
  readonly label: string;
  /** Rows with it. */
  readonly count: number;
}

/** A label as a cell has it, without what never belongs to it: blanks around, quotes around or a lost one, other forms of Unicode. */
export function cleanLabel(cell: string): string {
  const trimmed = cell.trim().normalize("NFC");
  const bare = /^"[^"]*"$/.test(trimmed) || trimmed.split('"').length === 2 ? trimmed.replace(/^"|"$/g, "") : trimmed;
  return bare.trim() || trimmed;
}

/** Equal for spellings that differ in case, width, kind or number of blanks, or in the zeros behind a whole number. */
export function labelKey(label: string): string {
  const folded = cleanLabel(label).normalize("NFKC").toLowerCase().toUpperCase().normalize("NFKC").replace(/\s+/g, " ").trim();
  return /^[+-]?(?:0|[1-9]\d*)\.0+$/.test(folded) ? folded.replace(/\.0+$/, "") : folded;
}

export interface LabelMatcher {
  /** The label that a cell means; null when it is none. */
  match(cell: string): string | null;
}

/** `matchCase` takes only what is written as the label is, blanks and quotes aside. Labels of one key are always told apart exactly. */
export function createLabelMatcher(labels: readonly string[], matchCase: boolean): LabelMatcher {
  const exact = new Map([
    ...labels.map((label) => [cleanLabel(label), label] as const),
    ...labels.map((label) => [label, label] as const),
  ]);
  const byKey = new Map<string, string | null>();
  for (const label of labels) byKey.set(labelKey(label), byKey.has(labelKey(label)) ? null : label);
  return {
    match(cell) {
      const found = exact.get(cell.trim()) ?? exact.get(cleanLabel(cell));
      return found ?? (matchCase ? null : (byKey.get(labelKey(cell)) ?? null));
    },
  };
}

/** Most spellings that a message lists. */
const LISTED = 6;

/** Why not one row could be used: the file's spellings beside the federation's. */
export function noLabelFits(spellings: ReadonlyMap<string, number>, { labels }: Extract<Task, { kind: "label" }>): DataSaying {
  const most = [...spellings]
    .toSorted(([, a], [, b]) => b - a)
    .map(([spelling, count]) => `"${spelling.slice(0, 60)}" (${count})`);
  return ["noLabelFits", ...listed(most), ...listed(labels.map((label) => `"${label}"`))];
}

/** The first few, and how many more there are. */
const listed = (items: readonly string[]): readonly [string, number] => [
  items.slice(0, LISTED).join(", "),
  Math.max(0, items.length - LISTED),
];
