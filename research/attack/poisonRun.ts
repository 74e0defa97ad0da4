/** One attacked federation: what defines it, and what comes of it. */
import { z } from "zod";
import { attackNames } from "./attacks.ts";
import { defenceNames } from "./defences.ts";

export const poisonSettings = z.strictObject({
  /** An id of the registry, with a preset behind a colon. */
  method: z.string(),
  attack: z.enum(attackNames),
  defence: z.enum(defenceNames),
  clients: z.number().int().min(1),
  /** Clients that attack: the last ones. */
  attackers: z.number().int().min(0),
  seed: z.number().int(),
  rounds: z.number().int(),
  /** Optimiser steps of a round, and of local learning where the method has it. */
  steps: z.number().int(),
  /** Rows of a step. */
  batchSize: z.number().int(),
  /** Rows of a client, of which 3 in 10 are tested on. */
  rows: z.number().int(),
});
export type PoisonSettings = z.output<typeof poisonSettings>;

/** Names a run; runs of the same name are the same run. */
export const runName = (settings: PoisonSettings): string => JSON.stringify(poisonSettings.parse(settings));

const extremes = z.strictObject({ norm: z.number(), rows: z.number(), cosine: z.number() });

export const poisonResult = z.strictObject({
  settings: poisonSettings,
  /** Mean over the honest clients of the accuracy on their own test rows of what each serves in the end. */
  accuracy: z.number().min(0).max(1),
  /** Over all aggregated rounds: the largest norm and rows of an honest client, over the round's median, and its lowest cosine. */
  honest: extremes,
  seconds: z.number(),
});
export type PoisonResult = z.output<typeof poisonResult>;
