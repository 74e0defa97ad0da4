import type { LossPoint } from "@duet/client/sessionState";
import { memo } from "react";
import { formatLoss } from "../lib/format.ts";

/** This tab's training loss, step by step; nothing until there are two points. */
export const Sparkline = memo(function Sparkline({ losses }: { readonly losses: readonly LossPoint[] }) {
  const last = losses.at(-1);
  if (losses.length < 2 || !last) return null;
  const highest = Math.max(...losses.map(({ loss }) => loss), Number.MIN_VALUE);
  const points = losses.map(({ loss }, i) => `${i} ${(1 - loss / highest).toFixed(3)}`).join(" ");
  return (
    <figure
      className="figure"
      aria-label={`Training loss of this tab: ${formatLoss(losses[0]?.loss ?? null)} at first, ${formatLoss(last.loss)} now`}
    >
      <svg
        width="100%"
        height={48}
        viewBox={`0 -0.05 ${losses.length - 1} 1.05`}
        preserveAspectRatio="none"
        style={{ display: "block" }}
        aria-hidden="true"
      >
        <polyline points={points} fill="none" stroke="currentColor" strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="muted small">training loss by step</figcaption>
    </figure>
  );
});
