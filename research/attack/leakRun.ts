/** One federation that is listened to: what defines it, and what an attacker sees of it. */
import { z } from "zod";

export const leakScenarios = ["medical", "intents"] as const;

export const SCENARIO_TITLES: Readonly<Record<(typeof leakScenarios)[number], string>> = { medical: "Medical", intents: "CLINC" };

export const leakSettings = z.strictObject({
  scenario: z.enum(leakScenarios),
  /** An id of the registry, with a preset behind a colon. */
  method: z.string(),
  /** Of differential privacy of rows; null without. */
  epsilon: z.number().positive().nullable(),
  /** Of differential privacy of clients; left out without. */
  clientEpsilon: z.number().positive().optional(),
  /** Of the federation; the rows that anybody may have are the same in all. */
  seed: z.number().int(),
  clients: z.number().int(),
  /** Of a client, canaries not counted. */
  rows: z.number().int(),
  rounds: z.number().int(),
  /** Optimiser steps of a round, and of local learning where the method has it. */
  steps: z.number().int(),
  batchSize: z.number().int(),
  learningRate: z.number(),
});
export type LeakSettings = z.output<typeof leakSettings>;

/** Names a run; runs of the same name are the same run. */
export const leakRunName = (settings: LeakSettings): string => JSON.stringify(leakSettings.parse(settings));

/** Of which privacy it is. */
export const epsilonWords = ({ epsilon, clientEpsilon }: Pick<LeakSettings, "epsilon" | "clientEpsilon">): string =>
  clientEpsilon === undefined ? String(epsilon ?? "none") : `${clientEpsilon}, of clients`;

const losses = z.array(z.number());

/** What may be seen: single updates not where sums are noisy; of these the direction, see directionAlone.ts. */
export const SEEN = ["update", "sum", "direction"] as const;
export type Seen = (typeof SEEN)[number];

/** What single words are read from: the direction of a noisy sum tells of them what the sum does. */
const wordsSeen = z.strictObject({ update: z.number().optional(), sum: z.number() });

export const leakResult = z.strictObject({
  settings: leakSettings,
  /** Of what is served, on rows that nobody trained on. */
  accuracy: z.number(),
  /** For every client, which rows of the pool it trained on. */
  members: z.array(z.array(z.number().int())),
  /** Losses on all rows of the pool, nats. */
  losses: z.strictObject({
    /** Under what each client sent in the last round; none where nobody sees it. */
    updates: z.array(losses),
    /** Under the sum of all, which is the shared adapter. */
    sum: losses,
    /** A small way along the direction of a noisy sum, and under what everybody began with. */
    direction: z.strictObject({ before: losses, after: losses }).optional(),
    /** Under what each client serves in the end, and would give away as a file. */
    served: z.array(losses),
  }),
  /** The place of a planted answer among all answers, 1 the one that training made likelier most; how often it was planted. */
  canaries: z.array(
    z.strictObject({
      copies: z.number().int(),
      answers: z.number().int(),
      places: z.partialRecord(z.enum(SEEN), z.number().int()),
    }),
  ),
  /** After one step on a few rows: how well the words in them are told from others, as an AUC; `chance` with another client's update. */
  words: wordsSeen.extend({ chance: z.number().optional(), foundOfTop: wordsSeen.optional() }),
  seconds: z.number(),
});
export type LeakResult = z.output<typeof leakResult>;
