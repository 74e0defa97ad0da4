/** The words that the page explains where they first stand; docs/glossary.md has all of them. Pure. */
export const GLOSSARY = {
  federation: "The people who train one model together, and the rules that they agreed on: task, rounds, privacy.",
  adapter: "A small file of numbers that changes what a large, frozen model answers. It is what is trained.",
  "personal adapter": "What your tab learns for itself.",
  "shared adapter": "What you and the others learn together: the only adapter that travels by default.",
  "fused adapter": "Your personal and the shared adapter made into one, with weights found on your own rows.",
  coordinator:
    "The program that one of you runs. It opens rounds and averages shared adapters. It never gets a row; of updates that it reads, words can be guessed.",
  "base model": "The language model that all adapters are for. It is downloaded once and never changed.",
  round: "One turn of everybody: train, send the shared adapter, get the mean back.",
  "test rows": "Rows of yours that nobody trains on. They only measure.",
  "secure sum":
    "Every update leaves its tab under masks that cancel out in the sum of all: the coordinator can read the sum, and no part of it.",
  epsilon: "How much all training together may tell of any single row: 1 is a strong promise, 8 a weak one.",
} as const;

export type GlossaryTerm = keyof typeof GLOSSARY;
