/** How alike clients are, by files with some rows of each, which whoever creates a federation may have. Pure. */
import type { LabelCount } from "@duet/lora-core/data/labelCount";
import { type Likeness, likenessOf } from "@duet/lora-core/federation/methodProposal";
import { entropyOf, unlikenessOf } from "@duet/lora-core/statistics/rowStatistics";

export interface SampleLikeness {
  /** Whose answers are among the labels. */
  readonly rows: number;
  /** 0 to 1; null where so few rows tell nothing. */
  readonly unlikeness: number | null;
  readonly likeness: Likeness | null;
}

/** One list of counts for each client. Labels are found whatever their case, as data of participants are. */
export function sampleLikeness(clients: readonly (readonly LabelCount[])[], labels: readonly string[]): SampleLikeness {
  const places = new Map(labels.map((label, place) => [label.toLowerCase(), place]));
  const counts = clients.map((client) => {
    const own = new Array<number>(labels.length).fill(0);
    for (const { label, count } of client) {
      const place = places.get(label.trim().toLowerCase());
      if (place !== undefined) own[place] = (own[place] ?? 0) + count;
    }
    return own;
  });
  const rowsOf = (own: readonly number[]) => own.reduce((sum, count) => sum + count, 0);
  const sum = (pick: (own: readonly number[]) => number) => counts.reduce((total, own) => total + pick(own), 0);
  const all = {
    rows: sum(rowsOf),
    labels: labels.map((_, place) => sum((own) => own[place] ?? 0)),
    lengths: [],
    present: sum((own) => own.filter((count) => count > 0).length),
    labelNats: sum((own) => rowsOf(own) * entropyOf(own)),
  };
  const unlikeness = clients.length < 2 ? null : unlikenessOf(all, clients.length);
  return { rows: all.rows, unlikeness, likeness: unlikeness === null ? null : likenessOf(unlikeness) };
}

/** Every label that some client has, in the order in which they are found. */
export const labelsOf = (clients: readonly (readonly LabelCount[])[]): readonly string[] => [
  ...new Set(clients.flatMap((client) => client.map(({ label }) => label.trim()))),
];
