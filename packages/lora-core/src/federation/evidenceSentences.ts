/** What a proposed method rests on: figures of the tables of docs/experiments.md, each with what it is worth. */
import type { Saying } from "../sayings/saying.ts";

export const EVIDENCE_SENTENCES = {
  alike: () =>
    "Clients as alike as these gain from FedAvg with a personal finish and label vectors that travel: 0.043 ± 0.018 over learning alone on Banking77, 0.038 ± 0.016 on CLINC150 and 0.026 ± 0.014 on Symptom2Disease, all told from chance over twelve seeds. FDLoRA gained 0.029 ± 0.022, 0.031 ± 0.011 and 0.021 ± 0.017: its search takes steps and rows that the finish trains with. See “By fair rules” in docs/experiments.md.",
  fewLabels: (labels: number) =>
    `Those tables have 77, 150 and 24 labels; with ${labels}, clients that alike were not measured over enough seeds.`,
  unlike: () =>
    "Between clients as unlike as these learning alone had most, and no federation was told to be better: on Routing FedAvg had 0.164 ± 0.076 less with label vectors that travel and FDLoRA 0.098 ± 0.034, both told from chance; on Medical abstracts FedAvg had 0.203 ± 0.045 less, told too. Least was lost with a personal finish: with vectors that stay -0.029 ± 0.033 on Routing, with ones that travel +0.011 ± 0.014 on Medical abstracts, neither told from alone. See “By fair rules” in docs/experiments.md.",
  between: () =>
    "These clients are between those of the tables in docs/experiments.md: alike ones, for whom sharing paid, and unlike ones, for whom it did not. Nothing is proposed.",
  tooFew: () =>
    "There are too few rows of each label to tell how unlike the clients are: it takes one of every label at every client. Nothing is proposed.",
  texts: () =>
    "How unlike clients are is told by their labels, and here answers are texts; no table in docs/experiments.md compares methods on texts over enough seeds. Nothing is proposed.",
} as const;

export type EvidenceSaying = Saying<typeof EVIDENCE_SENTENCES>;
