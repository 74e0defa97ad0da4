/** The client that is looked at, as a line of its own in ink. Pure. */
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import type { ChartPoint, ChartSeries } from "../ui/RoundPlot.tsx";

/** The series of a chart. */
const PINNED = "pinned";

export type PinnedClient = Pick<ClientView, "name" | "history">;

/** The points with its figure, in the rounds that tell it; as they are where none is looked at. */
export function withPinned(
  points: readonly ChartPoint[],
  client: PinnedClient | undefined,
  figureIn: (metrics: RoundMetrics) => number | null,
): readonly ChartPoint[] {
  if (!client) return points;
  const known = new Map(client.history.map(({ round, metrics }) => [round, figureIn(metrics)]));
  return points.map((point) => ({ ...point, [PINNED]: known.get(point.round) ?? null }));
}

export const pinnedSeries = (client: PinnedClient | undefined): readonly ChartSeries[] =>
  client ? [{ key: PINNED, label: client.name, color: "var(--ink)", thin: false }] : [];
