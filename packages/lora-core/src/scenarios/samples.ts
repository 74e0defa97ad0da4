/** The built-in samples by what a page needs to know of them: no rows. */
import { SEVERITIES } from "./logs/logTemplate.ts";
import { TERM_KINDS } from "./medical/medicalCorpus.ts";
import type { Scenario } from "./scenario.ts";

export type SampleId = Scenario["id"];

export interface Sample {
  readonly id: SampleId;
  readonly title: string;
  /** A federation with the same labels can use it. */
  readonly labels: readonly string[];
}

/** Into so many shares a sample is dealt out, a tab each. */
export const SAMPLE_SHARES = 4;

export const SAMPLES: Readonly<Record<SampleId, Sample>> = {
  medical: { id: "medical", title: "Medical terms", labels: TERM_KINDS },
  logs: { id: "logs", title: "System logs (synthetic)", labels: SEVERITIES },
};
