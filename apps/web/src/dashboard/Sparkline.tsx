import { memo } from "react";
import { Line, LineChart, ResponsiveContainer, YAxis } from "recharts";
import { formatLoss } from "../lib/format.ts";
import type { LossPoint } from "../services/sessionState.ts";

/** This tab's training loss, step by step; nothing until there are two points. */
export const Sparkline = memo(function Sparkline({ losses }: { readonly losses: readonly LossPoint[] }) {
  const last = losses.at(-1);
  if (losses.length < 2 || !last) return null;
  return (
    <figure
      className="figure"
      aria-label={`Training loss of this tab: ${formatLoss(losses[0]?.loss ?? null)} at first, ${formatLoss(last.loss)} now`}
    >
      <ResponsiveContainer width="100%" height={48} initialDimension={{ width: 280, height: 48 }}>
        <LineChart data={[...losses]} margin={{ top: 4, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <YAxis hide domain={[0, "dataMax"]} />
          <Line dataKey="loss" dot={false} stroke="currentColor" strokeWidth={1.5} isAnimationActive={false} />
        </LineChart>
      </ResponsiveContainer>
      <figcaption className="muted small">training loss by step</figcaption>
    </figure>
  );
});
