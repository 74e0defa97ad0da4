/** What clients have reached, from what they told. Pure. */
import type { AdapterKey } from "./metrics.ts";
import type { ClientView, RoundView } from "./snapshot.ts";

/** Of each adapter; null where none was told. */
export type Accuracies = Readonly<Record<AdapterKey, number | null>>;

type Told = Pick<ClientView, "history">;

/** What a mean is made of. */
export interface ToldAccuracies {
  readonly clients: readonly Told[];
  readonly rounds: readonly Pick<RoundView, "round" | "means">[];
}

const each = (value: (key: AdapterKey) => number | null): Accuracies => ({
  base: value("base"),
  personal: value("personal"),
  shared: value("shared"),
  fused: value("fused"),
});

/** The newest accuracy a client has reported per adapter. */
export function latestAccuracy({ history }: Told): Accuracies {
  return each((key) => history.findLast(({ metrics }) => metrics.accuracy[key] !== null)?.metrics.accuracy[key] ?? null);
}

/** Mean over clients of each adapter's newest accuracy; over all of their rows where that is newer, or as new, from a secure sum. */
export function meanAccuracy({ clients, rounds }: ToldAccuracies): Accuracies {
  const latest = clients.map(latestAccuracy);
  const newest = (key: AdapterKey) =>
    Math.max(
      ...clients.flatMap(({ history }) =>
        history.flatMap((entry) => (entry.metrics.accuracy[key] === null ? [] : [entry.round])),
      ),
    );
  return each((key) => {
    const summed = rounds.findLast(({ means }) => (means?.accuracy[key] ?? null) !== null);
    if (summed && summed.round >= newest(key)) return summed.means?.accuracy[key] ?? null;
    const known = latest.map((accuracy) => accuracy[key]).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
