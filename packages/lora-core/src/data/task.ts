/** What is learned: for label tasks the closed set of answers, else free text. */

import { z } from "zod";
import { ownRule } from "../errors/schemaSentences.ts";

export const labelTask = z.strictObject({
  kind: z.literal("label"),
  /** The closed answer set, in a fixed order shared by everyone. */
  labels: z
    .array(z.string().trim().min(1).max(120))
    .min(2)
    .max(200)
    .refine((labels) => new Set(labels).size === labels.length, ownRule("twice")),
});
export const textTask = z.strictObject({ kind: z.literal("text") });
export const task = z.discriminatedUnion("kind", [labelTask, textTask]);
export type Task = z.output<typeof task>;
