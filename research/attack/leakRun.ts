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

const losses = z.array(z.number());

/** What one attacker makes of what it sees, by what it sees. */
const seen = <T extends z.ZodType>(of: T) => z.strictObject({ update: of, sum: of });

export const leakResult = z.strictObject({
  settings: leakSettings,
  /** Of what is served, on rows that nobody trained on. */
  accuracy: z.number(),
  /** For every client, which rows of the pool it trained on. */
  members: z.array(z.array(z.number().int())),
  /** Losses on all rows of the pool, nats. */
  losses: z.strictObject({
    /** Under what each client sent in the last round. */
    updates: z.array(losses),
    /** Under the sum of all, which is the shared adapter. */
    sum: losses,
    /** Under what each client serves in the end, and would give away as a file. */
    served: z.array(losses),
  }),
  /** The place of a planted answer among all answers, 1 the one that training made likelier most; how often it was planted. */
  canaries: z.array(z.strictObject({ copies: z.number().int(), answers: z.number().int(), places: seen(z.number().int()) })),
  /** After one step on a few rows: how well the words in them are told from others, as an AUC; `chance` with another client's update. */
  words: z.strictObject({ update: z.number(), sum: z.number(), chance: z.number(), foundOfTop: seen(z.number()) }),
  seconds: z.number(),
});
export type LeakResult = z.output<typeof leakResult>;
