/** A trial and no part of the product: more of a client's rows for its fusion, at the cost of those it trains on. */
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { splitRows } from "@duet/lora-core/data/splitRows";

/** Test rows stay as they are, so that figures of all shares are of the same rows. @throws {RangeError} when the share is not above that of the split. */
export function withFusionShare(split: DataSplit, share: number, seed: number): DataSplit {
  const all = split.train.length + split.fusion.length + split.test.length;
  const more = share * all - split.fusion.length;
  if (more <= 0) throw new RangeError(`The fusion part is ${split.fusion.length} of ${all} rows already`);
  const rest = (split.train.length - more) / 2;
  // Whole groups of near-duplicates and answers in proportion, as the product divides rows; two of its three parts are trained on.
  const { train, fusion, test } = splitRows(split.train, { seed, train: rest, fusion: more, test: rest });
  return { ...split, train: byLine([...train, ...test]), fusion: byLine([...split.fusion, ...fusion]) };
}

const byLine = (rows: readonly Row[]) => rows.toSorted((one, other) => one.line - other.line);
