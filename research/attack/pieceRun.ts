/** Pieces of words out of the update of one step: what defines a run, and what came of it. */
import { z } from "zod";
import { leakScenarios } from "./leakRun.ts";

/** What is read, from the most that there could be to the least. */
export const PIECE_VIEWS = {
  gradient: "the gradient itself, which nobody sends",
  f32: "one update as float32, its AdamW undone",
  int8: "one update as it is sent by default (int8)",
  sum: "the sum of three (secure)",
  epsilon8: "one update, epsilon 8",
  sumEpsilon8: "the sum of three (secure), epsilon 8",
  epsilon1: "one update, epsilon 1",
  sumEpsilon1: "the sum of three (secure), epsilon 1",
  first: "the first step, where B is zero (gradient)",
} as const;
export type PieceView = keyof typeof PIECE_VIEWS;
export const pieceViews = Object.keys(PIECE_VIEWS) as PieceView[];

export const pieceSettings = z.strictObject({
  scenario: z.enum(leakScenarios),
  seed: z.number().int(),
  /** That each of three clients reads, at most twenty of them in a step; and its steps. */
  rows: z.number().int(),
  steps: z.number().int(),
});
export type PieceSettings = z.output<typeof pieceSettings>;

const pieceFound = z.strictObject({
  /** Of the pieces that were read against all others of the pool. */
  auc: z.number(),
  /** Of the first k pieces that were found in the whole vocabulary, where k were read, those that were; null where none are found one by one. */
  right: z.number().nullable(),
});

export const pieceResult = z.strictObject({
  settings: pieceSettings,
  /** Of one client's rows. */
  tokens: z.number().int(),
  views: z.partialRecord(z.enum(pieceViews), pieceFound),
  /** The first client's pieces by the second's update. */
  chance: pieceFound,
  seconds: z.number(),
});
export type PieceResult = z.output<typeof pieceResult>;

export const pieceRunName = (settings: PieceSettings): string => JSON.stringify(pieceSettings.parse(settings));
