/** Everything that defines a federation; fixed at creation, sent to every client when it joins. */

import { z } from "zod";
import { adapterConfig } from "../adapters/adapterConfig.ts";
import { RANKS } from "../adapters/ranks.ts";
import { uploadCoding } from "../compression/uploadCoding.ts";
import { task } from "../data/task.ts";
import { clientPrivacyConfig } from "../differentialPrivacy/clientPrivacyConfig.ts";
import { ownRule } from "../errors/schemaSentences.ts";
import { robustnessConfig } from "../robustness/robustnessConfig.ts";
import { budget, trainingConfig } from "../training/trainingConfig.ts";
import { baseModel } from "./baseModel.ts";
import { sha256Hex } from "./blobs.ts";
import { MAX_CLIENTS, MAX_LATE_ROUNDS, MAX_NAME_LENGTH, MAX_ROUNDS } from "./limits.ts";
import { isVisible } from "./visibleText.ts";

/** As it is stored and shown; what a new one may be says visibleText.ts. */
export const displayName = z.string().trim().min(1).max(MAX_NAME_LENGTH);

/** What follows once it is known what all rows are like: the first round, or a pause that the organiser ends. */
export const STATISTICS_THEN = ["goOn", "pause"] as const;

/** A round asks `clients` and `reserve` more, and closes once `clients` have answered. */
const clientSampling = z.strictObject({
  clients: z.number().int().min(1).max(MAX_CLIENTS),
  reserve: z.number().int().min(0).max(MAX_CLIENTS),
});

export const federationConfig = z
  .strictObject({
    name: displayName,
    model: baseModel,
    task,
    adapter: adapterConfig,
    /** SHA-256 (hex) of the blob of the adapter that everyone starts from; null for the one that the seed gives. */
    initialAdapter: sha256Hex.nullable(),
    /** `config` is parsed by the strategy of that id; `preset` names where it came from ("custom" otherwise). */
    strategy: z.strictObject({
      id: z.string().min(1).max(40),
      preset: z.string().min(1).max(40),
      config: z.record(z.string().max(40), z.unknown()),
    }),
    /** plain: what clients share is sent as it is; secure: nobody but the client sees it, the coordinator sees the sum. */
    aggregation: z.enum(["plain", "secure"]),
    /** How clients write what they share where it is sent as it is; in a secure sum, how many bits a masked value has. */
    upload: uploadCoding,
    /** Left out: a secure sum is exact. */
    clientPrivacy: clientPrivacyConfig.optional(),
    /** In a secure federation: rounds that share no adapter sum the clients' figures alone. Left out: these rounds sum nothing. */
    figureSums: z.literal(true).optional(),
    /**
     * In a secure federation without an epsilon: before the first round clients sum how many rows they have of each label and of each length, and
     * then. Left out: nobody is asked.
     */
    statistics: z.enum(STATISTICS_THEN).optional(),
    /** Protection against bad updates; not every method can have every kind. */
    robustness: robustnessConfig,
    /** Clients measure the shared adapter a second time in a round: as they trained it, before it is aggregated. Left out: only as it came. */
    beforeAggregation: z.literal(true).optional(),
    /**
     * Every client also trains an adapter that never leaves it, for as many steps, and measures it: what it would have without the federation. Left out: nobody
     * knows.
     */
    alone: z.literal(true).optional(),
    budgets: z.strictObject({ local: budget, inner: budget, rounds: z.number().int().min(1).max(MAX_ROUNDS) }),
    training: trainingConfig,
    /** Some clients are drawn for each round that shares an adapter. Left out: all that are here are asked. */
    clientSampling: clientSampling.optional(),
    /** Slower clients do fewer steps of a round, and count as if they had done as many as the others. Left out: all do the same. */
    work: z.literal("bySpeed").optional(),
    /** A client may have fewer ranks than the adapter, which it says when it joins; how they come together. Left out: all have those of the adapter. */
    ranks: z.enum(RANKS).optional(),
    /** A round closes after three times what the slowest client whose speed is known should need, where that is sooner than its deadline. Left out: at its deadline. */
    deadline: z.literal("bySpeed").optional(),
    /** An answer that a federated round did not wait for is still taken so many rounds later, and counts for less. Left out: what is late is lost. */
    late: z.strictObject({ rounds: z.number().int().min(1).max(MAX_LATE_ROUNDS) }).optional(),
    /** Seed of everything random in the federation. */
    seed: z.number().int().min(0).max(0xffffffff),
    /** Clients that must be ready before the first round opens. */
    minClients: z.number().int().min(1).max(MAX_CLIENTS),
    maxClients: z.number().int().min(1).max(MAX_CLIENTS),
    /** A round ends after this long even when someone has not answered. */
    roundDeadlineSeconds: z
      .number()
      .int()
      .min(1)
      .max(24 * 3600),
    /** A client whose connection dropped may come back as itself within this time. */
    reconnectGraceSeconds: z.number().int().min(1).max(3600),
  })
  .refine(({ minClients, maxClients }) => minClients <= maxClients, {
    ...ownRule("moreAtLeast"),
    path: ["minClients"],
  });
export type FederationConfig = z.output<typeof federationConfig>;

/** One that is to be created: all of its text that people are shown can be seen. The base model's own config is none of it. */
export const newFederationConfig = federationConfig.superRefine(({ model, ...shown }, context) => {
  const { config: _, ...named } = model;
  for (const path of hiddenIn({ ...shown, model: named })) {
    context.addIssue({ code: "custom", path, ...ownRule(path.at(-2) === "labels" ? "hiddenLabel" : "hiddenText") });
  }
});

/** Where in a value there is text, or a key, that cannot be seen. */
function hiddenIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value === "string") return isVisible(value) ? [] : [path];
  if (Array.isArray(value)) return value.flatMap((entry, index) => hiddenIn(entry, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => (isVisible(key) ? hiddenIn(entry, [...path, key]) : [path]));
}
