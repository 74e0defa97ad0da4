/** How alike clients are, by files with some rows of each, which whoever creates a federation may have. Pure. */
import type { LabelCount } from "@duet/lora-core/data/labelCount";
import { createLabelMatcher } from "@duet/lora-core/data/labelMatching";
import { mergeLabels } from "@duet/lora-core/data/mergeLabels";
import { type Likeness, likenessOf } from "@duet/lora-core/federation/methodProposal";
import { entropyOf, unlikenessOf } from "@duet/lora-core/statistics/rowStatistics";

/** Labels of a client's file, with how many rows. */
export type ClientSample = readonly LabelCount[];

/** `rows` are those whose answers are among the labels; `unlikeness` is 0 to 1. Else what keeps it from being told. */
export type SampleLikeness =
  | { readonly kind: "told"; readonly rows: number; readonly unlikeness: number; readonly likeness: Likeness }
  | { readonly kind: "oneClient" | "noLabel" | "oneLabel" | "tooFew"; readonly rows: number; readonly likeness: null };

/** Labels are found however they are spelled, as data of participants are. */
export function sampleLikeness(samples: readonly ClientSample[], labels: readonly string[]): SampleLikeness {
  const counts = labelCounts(samples, labels);
  const rowsOf = (own: readonly number[]) => own.reduce((sum, count) => sum + count, 0);
  const sum = (pick: (own: readonly number[]) => number) => counts.reduce((total, own) => total + pick(own), 0);
  const all = {
    rows: sum(rowsOf),
    labels: labels.map((_, place) => sum((own) => own[place] ?? 0)),
    lengths: [],
    present: sum((own) => own.filter((count) => count > 0).length),
    labelNats: sum((own) => rowsOf(own) * entropyOf(own)),
  };
  const { rows } = all;
  const untold = (kind: Exclude<SampleLikeness["kind"], "told">) => ({ kind, rows, likeness: null });
  if (samples.length < 2) return untold("oneClient");
  if (rows === 0) return untold("noLabel");
  if (all.labels.filter((count) => count > 0).length === 1) return untold("oneLabel");
  const unlikeness = unlikenessOf(all, samples.length);
  if (unlikeness === null) return untold("tooFew");
  return { kind: "told", rows, unlikeness, likeness: likenessOf(unlikeness) };
}

/** Of each client the rows of each label. */
function labelCounts(samples: readonly ClientSample[], labels: readonly string[]): readonly (readonly number[])[] {
  const matcher = createLabelMatcher(labels, false);
  return samples.map((sample) => {
    const own = new Map<string | null, number>();
    for (const { label, count } of sample) {
      const found = matcher.match(label);
      own.set(found, (own.get(found) ?? 0) + count);
    }
    return labels.map((label) => own.get(label) ?? 0);
  });
}

/** Every label that some client has, once, as it is spelled most. */
export const labelsOfSamples = (samples: readonly ClientSample[]): readonly string[] =>
  mergeLabels(samples.flat()).map(({ label }) => label);
