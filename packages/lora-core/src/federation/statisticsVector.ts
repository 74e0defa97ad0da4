/**
 * What one client puts into the secure sum of what rows are like, and what comes out of it. Client and coordinator derive the layout from the
 * federation alone. All of it are counts, so the sum is exact but for {@link unitsOfNat}.
 */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import type { AttemptTerms } from "../secureAggregation/attempt.ts";
import type { VectorLayout } from "../secureAggregation/vectorLayout.ts";
import { LENGTH_BINS, type RowStatistics } from "../statistics/rowStatistics.ts";
import type { SumName } from "./updateVector.ts";

/** The most integers in a nat times a row. */
const NATS = 10;
/** A client with more rows counts as one with so many of the same mix, so that its labels and their entropy still belong together. */
const MAX_ROWS = 1_000_000;

/** How many labels the task has, 0 where answers are texts, and the most clients of a sum. */
export interface CountedTask {
  readonly labels: number;
  readonly maxClients: number;
}

export const countedTask = ({ task, maxClients }: Pick<FederationConfig, "task" | "maxClients">): CountedTask => {
  return { labels: task.kind === "label" ? task.labels.length : 0, maxClients };
};

export function statisticsLayout({ labels, maxClients: clients }: CountedTask): VectorLayout {
  const most = mostOf(clients);
  const rows = mostRows(clients);
  const count = (name: string, length: number, max: number) => ({ kind: "count", name, length, max, modulusBits: 32 }) as const;
  return {
    clients,
    groups: [
      count("rows", 1, rows),
      count("lengths", LENGTH_BINS.length + 1, rows),
      ...(labels > 0 ? [count("labels", labels, rows), count("present", 1, labels), count("labelNats", 1, most)] : []),
    ],
  };
}

/** The most that each of so many clients may put into a sum modulo 2^32. */
const mostOf = (clients: number): number => Math.floor((2 ** 32 - 1) / clients);
const mostRows = (clients: number): number => Math.min(MAX_ROWS, mostOf(clients));

/**
 * Integers in a nat times a row: a client's rounding is at most half of one. Fewer where clients are so many that the most rows, all labels alike
 * frequent, would not fit: of 1,000 clients and 150 labels 0.86. A sum that is cut would make clients look more unlike than they are.
 */
function unitsOfNat({ clients, groups }: VectorLayout): number {
  const labels = groups.find(({ name }) => name === "labels")?.length ?? 0;
  return labels < 2 ? NATS : Math.min(NATS, mostOf(clients) / (mostRows(clients) * Math.log(labels)));
}

/**
 * What all clients of the sum agree on. It goes by a name of its own: a client that has revealed what frees the sum of a round gives nothing to
 * another one of that round, and of that name.
 */
export function termsOfStatistics({ federationId, round, attempt }: SumName, of: CountedTask): AttemptTerms {
  return { federationId: `${federationId}-rows`, round, attempt, coordinator: "curious", layout: statisticsLayout(of) };
}

/** The values of one client, by group. */
export function statisticsValues(counted: RowStatistics, layout: VectorLayout): ReadonlyMap<string, ArrayLike<number>> {
  const { clients, groups } = layout;
  const own = withAtMost(mostRows(clients), counted);
  const values: Readonly<Record<string, readonly number[]>> = {
    rows: [own.rows],
    lengths: own.lengths,
    labels: own.labels,
    present: [own.present],
    labelNats: [Math.round(unitsOfNat(layout) * own.labelNats)],
  };
  const capped = (name: string, max: number) => (values[name] ?? []).map((value) => Math.min(max, value));
  return new Map(groups.flatMap((group) => (group.kind === "count" ? [[group.name, capped(group.name, group.max)]] : [])));
}

function withAtMost(rows: number, own: RowStatistics): RowStatistics {
  if (own.rows <= rows) return own;
  const share = rows / own.rows;
  const less = (counts: readonly number[]) => counts.map((count) => Math.round(share * count));
  return { ...own, rows, labels: less(own.labels), lengths: less(own.lengths), labelNats: share * own.labelNats };
}

/** What a sum of that layout says of all its clients. */
export function summedStatistics(sum: ReadonlyMap<string, Float64Array>, layout: VectorLayout): RowStatistics {
  const group = (name: string) => [...(sum.get(name) ?? [])];
  return {
    rows: group("rows")[0] ?? 0,
    labels: group("labels"),
    lengths: group("lengths"),
    present: group("present")[0] ?? 0,
    labelNats: (group("labelNats")[0] ?? 0) / unitsOfNat(layout),
  };
}
