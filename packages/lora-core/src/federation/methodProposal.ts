/** A method and its settings for clients that are so unlike, with the evidence that it rests on. Pure. */
import type { EvidenceSaying } from "./evidenceSentences.ts";
import type { FederationChoices } from "./federationDefaults.ts";

/** What clients are to each other, by the tables of docs/experiments.md. */
export type Likeness = "alike" | "between" | "unlike";

export interface MethodProposal {
  /** Null where nothing is proposed. */
  readonly choices: (Pick<FederationChoices, "method" | "preset"> & { readonly labelVectors: "shared" | "personal" }) | null;
  readonly evidence: readonly EvidenceSaying[];
}

/** No seed of CLINC150, Banking77 or Symptom2Disease, where sharing paid, was more unlike; none of Routing or Medical abstracts, where it harmed, less (docs/adr/0078). */
const BOUNDS = { alike: 0.15, unlike: 0.19 };
/** Of the table with the fewest in which sharing paid. */
const FEW_LABELS = 24;

/** `unlikeness` as statistics/rowStatistics.ts has it. */
export function likenessOf(unlikeness: number): Likeness {
  if (unlikeness <= BOUNDS.alike) return "alike";
  return unlikeness >= BOUNDS.unlike ? "unlike" : "between";
}

/** For a task of so many labels; 0 where answers are texts. A likeness of null is not known. */
export function methodProposal(likeness: Likeness | null, labels: number): MethodProposal {
  if (labels === 0) return { choices: null, evidence: [["texts"]] };
  switch (likeness) {
    case null:
      return { choices: null, evidence: [["tooFew"]] };
    case "alike":
      return {
        choices: { method: "fedavg-finish", preset: "standard", labelVectors: "shared" },
        evidence: [["alike"], ...(labels < FEW_LABELS ? [["fewLabels", labels] as const] : [])],
      };
    case "unlike":
      return {
        choices: { method: "fedavg-finish", preset: "standard", labelVectors: "personal" },
        evidence: [["unlike"]],
      };
    case "between":
      return { choices: null, evidence: [["between"]] };
    default:
      return likeness satisfies never;
  }
}
