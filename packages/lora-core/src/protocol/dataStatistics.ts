/** What all clients' training rows are like, from the one secure sum that is made of it before the first round. */
import { z } from "zod";
import { LENGTH_BINS } from "../statistics/rowStatistics.ts";
import { exchangeKey } from "./exchange.ts";

const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32);

/** See `RowStatistics`; of all clients that are in the sum. */
export const rowStatistics = z.strictObject({
  rows: count,
  labels: z.array(count).max(200).readonly(),
  lengths: z
    .array(count)
    .length(LENGTH_BINS.length + 1)
    .readonly(),
  present: count,
  labelNats: z
    .number()
    .min(0)
    // Of all rows that can be counted, by the logarithm of the most labels.
    .max(2 ** 35),
});

export const dataStatistics = z.strictObject({
  /** The sum that is under way; null before and after it. */
  exchange: exchangeKey
    .extend({
      asked: z.array(z.string()),
      answered: z.array(z.string()),
      /** Of those who have not answered, whom the organiser does not want to wait for. Left out where there is none. */
      skipped: z.array(z.string()).optional(),
    })
    .nullable(),
  /** What came of it, and of whom it is; null before, and where no sum came about. */
  made: z.strictObject({ clients: z.array(z.string()), sum: rowStatistics }).nullable(),
});
export type DataStatistics = z.output<typeof dataStatistics>;
