/** What all rows are like, and how unlike one client is, for a terminal. Pure. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import {
  chanceDistance,
  distanceOf,
  type RowStatistics,
  unlikenessOf,
  withoutPart,
} from "@duet/lora-core/statistics/rowStatistics";

export interface StatisticsLine {
  readonly text: string;
  /** `distance` is of this client's labels from the rest's, `byChance` what so few rows of one mix would have; both are told here alone. */
  readonly data: {
    readonly rows: number;
    readonly unlikeness: number | null;
    readonly distance: number | null;
    readonly byChance: number | null;
  };
}

/** Null before there is a sum. */
export function statisticsLine(
  { statistics }: Pick<Snapshot, "statistics">,
  clientId: string,
  own: RowStatistics,
): StatisticsLine | null {
  const made = statistics?.made;
  if (!made) return null;
  const { sum, clients } = made;
  const rest = clients.includes(clientId) ? withoutPart(sum, own) : sum;
  const unlikeness = sum.labels.length === 0 ? null : unlikenessOf(sum, clients.length);
  const [distance, byChance] = [distanceOf(own.labels, rest.labels), chanceDistance(own.labels, rest.labels)];
  const parts = [
    `What the rows are like: ${sum.rows} training rows of ${clients.length} clients`,
    ...(unlikeness === null ? [] : [`unlikeness of their labels ${unlikeness.toFixed(2)} (0 alike, 1 nothing shared)`]),
    ...(distance === null || byChance === null
      ? []
      : [`yours are ${distance.toFixed(2)} away from the rest's, ${byChance.toFixed(2)} by chance alone (told to nobody)`]),
  ];
  return { text: `${parts.join("; ")}.`, data: { rows: sum.rows, unlikeness, distance, byChance } };
}
