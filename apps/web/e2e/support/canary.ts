/** A sentence that stands in clients' data and nowhere else, to be searched for in what leaves a tab and in what is stored. */
import { readFileSync } from "node:fs";
import type { Row } from "@duet/lora-core/data/row";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";

const CANARY = "the heron under the violet bridge counts to 7431";
export const CANARY_PARTS = [CANARY, "heron under", "violet bridge", "counts to 7431"];

/** In every third row, so that it is in every split. */
export const withCanary = (rows: readonly Row[]): Row[] =>
  rows.map((row, index) => (index % 3 === 0 ? { ...row, input: `${row.input} ${CANARY} ${index}` } : row));

/** Ids of a run that is long enough to stand nowhere by chance. */
const RUN = 4;

/** Every run of the sentence's token ids, as a base reads them, away from its ends, whose pieces depend on what stands beside. */
export function canaryRuns(tokenizerFile: string): readonly (readonly number[])[] {
  const ids = createTextTokenizer(JSON.parse(readFileSync(tokenizerFile, "utf8")))
    .encode(CANARY)
    .slice(1, -1);
  return Array.from({ length: ids.length - RUN + 1 }, (_, from) => ids.slice(from, from + RUN));
}
