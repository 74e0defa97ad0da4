/** What threads can do. Input and result are plain data, which is copied on its way in and out. */
import { hashFile } from "../storage/files.ts";
import { aggregateRound } from "./aggregateRound.ts";
import { checkAdapter } from "./checkAdapter.ts";
import { gaugeRound } from "./gaugeRound.ts";
import { serveAdapter } from "./serveAdapter.ts";
import { summedFigures, summedRows } from "./summedContribution.ts";

export const jobs = {
  hash: hashFile,
  check: checkAdapter,
  /** What is the same for every client. */
  serve: serveAdapter,
  /** What is made for one client, out of everyone's. */
  serveOne: serveAdapter,
  aggregate: aggregateRound,
  /** Of a round that shares no adapter. */
  figures: summedFigures,
  /** What all clients' rows are like. */
  statistics: summedRows,
  gauge: gaugeRound,
} as const;

export type JobKind = keyof typeof jobs;
export type JobInput<K extends JobKind> = Parameters<(typeof jobs)[K]>[0];
export type JobResult<K extends JobKind> = Awaited<ReturnType<(typeof jobs)[K]>>;
