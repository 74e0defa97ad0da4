/** What a proposed method rests on: figures of the tables of docs/experiments.md, each with what it is worth. */
import type { Saying } from "../sayings/saying.ts";

export const EVIDENCE_SENTENCES = {
  alike: () =>
    "Clients as alike as these had most from FedAvg with a personal finish and label vectors that travel: 0.055 ± 0.028 over learning alone on Banking77 (told from chance), 0.027 ± 0.018 on CLINC150 (not told). FDLoRA was level with it, 0.009 and 0.006 below. See “Labels as vectors, on fresh rows” in docs/experiments.md.",
  fewLabels: (labels: number) =>
    `Those tables have 150 and 77 labels; with ${labels}, clients that alike were not measured over enough seeds.`,
  unlike: () =>
    "Between clients as unlike as these no federation was told to be better than learning alone, and a plain average harmed: FedAvg had 0.127 ± 0.073 less on Routing with label vectors that travel, and 0.226 ± 0.106 less on Medical abstracts with label texts. FDLoRA whose label vectors stay took that harm away: -0.008 ± 0.029 on Routing, not told from alone. See “Labels as vectors, on fresh rows” and “Medical abstracts” in docs/experiments.md.",
  between: () =>
    "These clients are between those of the tables in docs/experiments.md: alike ones, for whom sharing paid, and unlike ones, for whom it did not. Nothing is proposed.",
  tooFew: () =>
    "There are too few rows of each label to tell how unlike the clients are: it takes one of every label at every client. Nothing is proposed.",
  texts: () =>
    "How unlike clients are is told by their labels, and here answers are texts; no table in docs/experiments.md compares methods on texts over enough seeds. Nothing is proposed.",
} as const;

export type EvidenceSaying = Saying<typeof EVIDENCE_SENTENCES>;
