/** Where the middle of many clients lies, under the lines of a chart. */
import type { ChartBand } from "../ui/RoundPlot.tsx";

/** Eight of ten, and half of them. */
export const quantileBands = (color: string): readonly ChartBand[] => [
  { low: "p10", high: "p90", color, opacity: 0.15 },
  { low: "p25", high: "p75", color, opacity: 0.25 },
];
