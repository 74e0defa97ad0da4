import type { LossPoint } from "@duet/client/sessionState";
import { memo } from "react";
import { useLanguage } from "../../hooks/useLanguage.ts";
import { formatLoss } from "../../lib/format.ts";
import { smoothed } from "../../ui/smoothed.ts";
import { words } from "./words.ts";

/** This tab's training loss, step by step, and smoothed; nothing until there are two points. */
export const Sparkline = memo(function Sparkline({ losses }: { readonly losses: readonly LossPoint[] }) {
  useLanguage();
  const last = losses.at(-1);
  if (losses.length < 2 || !last) return null;
  const highest = Math.max(...losses.map(({ loss }) => loss), Number.MIN_VALUE);
  const line = (values: readonly number[]) => values.map((loss, i) => `${i} ${(1 - loss / highest).toFixed(3)}`).join(" ");
  const raw = losses.map(({ loss }) => loss);
  const look = { fill: "none", stroke: "currentColor", vectorEffect: "non-scaling-stroke" } as const;
  return (
    <figure className="figure" aria-label={words.sparkline.summary(formatLoss(losses[0]?.loss ?? null), formatLoss(last.loss))}>
      <svg
        width="100%"
        height={48}
        viewBox={`0 -0.05 ${losses.length - 1} 1.05`}
        preserveAspectRatio="none"
        style={{ display: "block" }}
        aria-hidden="true"
      >
        <polyline points={line(raw)} {...look} strokeWidth={1} strokeOpacity={0.3} />
        <polyline points={line(smoothed(raw, "step"))} {...look} strokeWidth={1.5} />
      </svg>
      <figcaption className="muted small">{words.sparkline.caption(formatLoss(last.loss))}</figcaption>
    </figure>
  );
});
