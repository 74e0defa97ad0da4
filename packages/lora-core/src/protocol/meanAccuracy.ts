/** What clients have reached, from what they told. Pure. */
import type { AdapterKey, RoundMeans } from "./metrics.ts";
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

/** The secure sum with the newest accuracy of an adapter over all rows of all clients; null where there is none, and where a client told a newer one. */
export function summedMeans({ clients, rounds }: ToldAccuracies, key: AdapterKey): RoundMeans | null {
  const summed = rounds.findLast(({ means }) => (means?.accuracy[key] ?? null) !== null);
  if (!summed) return null;
  const isOlder = clients.some(({ history }) =>
    history.some(({ round, metrics }) => round > summed.round && metrics.accuracy[key] !== null),
  );
  return isOlder ? null : summed.means;
}

/** What it says of that adapter. */
export const summedAccuracy = (told: ToldAccuracies, key: AdapterKey): number | null =>
  summedMeans(told, key)?.accuracy[key] ?? null;

/** Mean over clients of each adapter's newest accuracy; over all of their rows where that is newer, or as new, from a secure sum. */
export function meanAccuracy(told: ToldAccuracies): Accuracies {
  const latest = told.clients.map(latestAccuracy);
  return each((key) => {
    const known = latest.map((accuracy) => accuracy[key]).filter((value) => value !== null);
    const mean = known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
    return summedAccuracy(told, key) ?? mean;
  });
}
