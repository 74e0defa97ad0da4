/** Every word that the app explains, in the order in which the glossary has them. */
import type { GlossaryTerm } from "../lib/glossary.ts";
import { words as known } from "../lib/words.ts";
import { words } from "./words.ts";

/** Explained where they first stand, or here alone. */
export type AnyTerm = GlossaryTerm | keyof typeof words.terms;

export const GROUPS = {
  people: ["client", "participant", "organiser", "watcher", "coordinator", "team"],
  learned: ["base model", "adapter", "personal adapter", "shared adapter", "fused adapter", "fusion weights", "update", "rank"],
  run: ["federation", "method", "preset", "learning alone", "round", "step", "aggregate", "deadline", "late answer", "fusing"],
  rows: ["row", "label", "token", "training rows", "fusion rows", "test rows", "near-duplicates"],
  figures: ["accuracy", "macro-F1", "loss", "gain", "interval", "throughput"],
  privacy: ["secure sum", "masks", "differential privacy", "epsilon", "clip", "privacy budget", "ledger"],
  device: ["backend", "thread", "readiness check"],
} as const satisfies Readonly<Record<keyof typeof words.groups, readonly AnyTerm[]>>;

export const explained = (term: AnyTerm): { readonly word: string; readonly meaning: string } =>
  term in known.glossary ? known.glossary[term as GlossaryTerm] : words.terms[term as keyof typeof words.terms];
