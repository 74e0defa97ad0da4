/** One's own rows by label, against the federation's label set; and what the others tell of theirs. Pure. */
import type { LabelCount } from "@duet/lora-core/data/labelCount";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";

export interface BalancedLabel extends LabelCount {
  /** Of all rows. */
  readonly share: number;
  /** What it stands beside: its share of all clients' rows, or what every label would have if all were as frequent. */
  readonly beside: number;
}

export interface LabelBalance {
  /** Every label of the federation: most frequent first, those that no row has last, in the federation's order. */
  readonly labels: readonly BalancedLabel[];
  readonly missing: readonly string[];
  /** The most frequent label where it is much more so, and how many times; null where none is. */
  readonly leaning: { readonly label: string; readonly times: number } | null;
}

/** From where on the most frequent label is worth a sentence. */
const LEANS_FROM = 1.5;

/**
 * `counts` are of labels out of `labels`, of which there is at least one; `everybody` has the rows of all clients in the order of these, where the
 * federation has summed them.
 */
export function labelBalance(
  counts: readonly LabelCount[],
  labels: readonly string[],
  everybody: readonly number[] | null = null,
): LabelBalance {
  const all = everybody?.reduce((sum, count) => sum + count, 0) ?? 0;
  const of = new Map(counts.map(({ label, count }) => [label, count]));
  const rows = counts.reduce((sum, { count }) => sum + count, 0);
  const balanced = labels
    .map((label, index): BalancedLabel => {
      const count = of.get(label) ?? 0;
      const beside = everybody && all > 0 ? (everybody[index] ?? 0) / all : 1 / labels.length;
      return { label, count, share: rows === 0 ? 0 : count / rows, beside };
    })
    .sort((a, b) => b.count - a.count);
  const [first] = balanced;
  const times = first && first.beside > 0 ? first.share / first.beside : 0;
  return {
    labels: balanced,
    missing: balanced.filter(({ count }) => count === 0).map(({ label }) => label),
    leaning: first && times >= LEANS_FROM ? { label: first.label, times } : null,
  };
}

/** As much of a snapshot as it is told by. */
export interface OthersView extends Pick<Snapshot, "statistics"> {
  readonly clients: readonly Pick<ClientView, "status" | "samples">[];
}

export interface OthersRows {
  /** Those that take part, and of them those that tell how many rows they have. */
  readonly clients: number;
  readonly telling: number;
  /** That these train on. */
  readonly rows: number;
  /** Of all clients' training rows by label, in the federation's order; null where none were summed. */
  readonly labels: readonly number[] | null;
}

export function othersRows({ clients, statistics }: OthersView): OthersRows {
  const here = clients.filter(({ status }) => status !== "left");
  const told = here.flatMap(({ samples }) => (samples?.train == null ? [] : [samples.train]));
  const rows = told.reduce((sum, count) => sum + count, 0);
  return { clients: here.length, telling: told.length, rows, labels: statistics?.made?.sum.labels ?? null };
}
