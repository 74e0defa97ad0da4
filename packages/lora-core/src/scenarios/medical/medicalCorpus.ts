/** The file samples/medical.json: terms of medicine with their WordNet glosses. Written by tools/buildSamples.ts. */
import { z } from "zod";

/** Kinds of term, which are the labels; in the order of the task. */
export const TERM_KINDS = [
  "disease",
  "symptom",
  "injury",
  "drug",
  "body part",
  "medical procedure",
  "microorganism",
  "health professional",
] as const;
export type TermKind = (typeof TERM_KINDS)[number];

const medicalTerm = z.strictObject({
  term: z.string().min(1).max(200),
  gloss: z.string().min(1).max(2000),
  kind: z.enum(TERM_KINDS),
});
export type MedicalTerm = z.output<typeof medicalTerm>;

export const medicalCorpus = z.strictObject({
  source: z.string().max(400),
  /** The notice that must stay with the glosses. */
  licence: z.string().max(10_000),
  terms: z.array(medicalTerm).max(50_000),
});
export type MedicalCorpus = z.output<typeof medicalCorpus>;
