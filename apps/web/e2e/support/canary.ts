/** A sentence that stands in clients' data and nowhere else, to be searched for in what leaves a tab and in what is stored. */
import type { Row } from "@duet/lora-core/data/row";

const CANARY = "the heron under the violet bridge counts to 7431";
export const CANARY_PARTS = [CANARY, "heron under", "violet bridge", "counts to 7431"];

/** In every third row, so that it is in every split. */
export const withCanary = (rows: readonly Row[]): Row[] =>
  rows.map((row, index) => (index % 3 === 0 ? { ...row, input: `${row.input} ${CANARY} ${index}` } : row));
