/** A file as a hospital or an operator may have it: long texts with a few things about people in them, as large as a tab should hold. */
import { writeCsv } from "@duet/lora-core/data/writeCsv";
import { type Random, random } from "@duet/lora-core/tensors/random";

/** Words that there are; how often they come follows Zipf's law, as in texts that people write. */
const WORDS = 60_000;
const WORDS_IN_A_ROW = 240;
/** One row in so many names somebody. */
const PERSONAL_EVERY = 5;
const SYLLABLES = "ka ro mi ten sa lu de va nor pi gel ta ru so bel ni ar co du em fi go".split(" ");

export interface LargeFile {
  readonly csv: string;
  readonly rows: number;
  readonly labels: readonly string[];
}

/** Of about this many bytes; the same every time. */
export function largeFile(bytes: number): LargeFile {
  const draw = random(97, "large file");
  const labels = ["discharge", "referral", "follow-up"];
  const rows: string[][] = [];
  for (let written = 0; written < bytes; written += (rows.at(-1)?.[0]?.length ?? 0) + 12) {
    rows.push([textOf(draw, rows.length), labels[rows.length % labels.length] ?? ""]);
  }
  return { csv: writeCsv(["input", "answer"], rows), rows: rows.length, labels };
}

function textOf(draw: Random, row: number): string {
  const words = Array.from({ length: WORDS_IN_A_ROW }, () => wordOf(Math.floor(WORDS ** draw())));
  if (row % PERSONAL_EVERY === 0)
    words.splice(7, 0, `reached at jan.${wordOf(row)}@example.org or +31 20 555 ${1000 + (row % 9000)}`);
  return `${words.join(" ")}.`;
}

/** Of the number's digits, a syllable each. */
function wordOf(index: number): string {
  const syllable = SYLLABLES[index % SYLLABLES.length] ?? "";
  return index < SYLLABLES.length ? syllable : wordOf(Math.floor(index / SYLLABLES.length)) + syllable;
}
