/** What as many steps of learning alone have made of it, as a line beside the adapters'. Pure. */
import { sameRows } from "@duet/lora-core/protocol/sameRows";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ChartPoint, ChartSeries } from "../ui/RoundPlot.tsx";
import { figureOfAll, type Over } from "./aggregationView.ts";
import type { TestFigure } from "./metricsView.ts";
import { words } from "./words.ts";

/** The series of a chart. */
const ALONE = "alone";

/** The points with it, in the rounds that measured it. */
export function withAlone(
  points: readonly ChartPoint[],
  snapshot: Snapshot,
  figure: TestFigure,
  over: Over,
): readonly ChartPoint[] {
  const part = {
    told: (metrics: Parameters<typeof sameRows>[0]) => sameRows(metrics).alone?.[figure] ?? null,
    summed: ({ alone }: { readonly alone?: Readonly<Record<TestFigure, number | null>> | undefined }) => alone?.[figure] ?? null,
  };
  return points.map((point) => {
    const alone = figureOfAll(snapshot, point.round, part, over);
    return alone === null ? point : { ...point, [ALONE]: alone };
  });
}

/** Nothing where nobody compares. */
export function aloneSeries(points: readonly ChartPoint[], color: string): readonly ChartSeries[] {
  const isCompared = points.some((point) => typeof point[ALONE] === "number");
  return isCompared ? [{ key: ALONE, label: words.alone, color, thin: false }] : [];
}
