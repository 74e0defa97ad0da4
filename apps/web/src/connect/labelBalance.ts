/** One's own rows by label, against the federation's label set; and what the others tell of theirs. Pure. */
import type { LabelCount } from "@duet/lora-core/data/labelCount";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";

export interface BalancedLabel extends LabelCount {
  /** Of all rows. */
  readonly share: number;
}

export interface LabelBalance {
  /** Every label of the federation: most frequent first, those that no row has last, in the federation's order. */
  readonly labels: readonly BalancedLabel[];
  /** A label's share if all were as frequent. */
  readonly even: number;
  readonly missing: readonly string[];
  /** The most frequent label where it is much more so, and how many times; null where none is. */
  readonly leaning: { readonly label: string; readonly times: number } | null;
}

/** From where on the most frequent label is worth a sentence. */
const LEANS_FROM = 1.5;

/** `counts` are of labels out of `labels`, of which there is at least one. */
export function labelBalance(counts: readonly LabelCount[], labels: readonly string[]): LabelBalance {
  const of = new Map(counts.map(({ label, count }) => [label, count]));
  const rows = counts.reduce((sum, { count }) => sum + count, 0);
  const balanced = labels
    .map((label): BalancedLabel => {
      const count = of.get(label) ?? 0;
      return { label, count, share: rows === 0 ? 0 : count / rows };
    })
    .sort((a, b) => b.count - a.count);
  const [first] = balanced;
  const times = (first?.share ?? 0) * labels.length;
  return {
    labels: balanced,
    even: 1 / labels.length,
    missing: balanced.filter(({ count }) => count === 0).map(({ label }) => label),
    leaning: first && times >= LEANS_FROM ? { label: first.label, times } : null,
  };
}

export interface OthersRows {
  /** Those that take part, and of them those that tell how many rows they have. */
  readonly clients: number;
  readonly telling: number;
  /** That these train on. */
  readonly rows: number;
}

export function othersRows(clients: readonly Pick<ClientView, "status" | "samples">[]): OthersRows {
  const here = clients.filter(({ status }) => status !== "left");
  const told = here.flatMap(({ samples }) => (samples?.train == null ? [] : [samples.train]));
  return { clients: here.length, telling: told.length, rows: told.reduce((sum, rows) => sum + rows, 0) };
}
