import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { Button, Group, NativeSelect, Slider } from "@mantine/core";
import { failureLine } from "../lib/failureLine.ts";
import { formatFraction, formatLoss } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import type { Playground } from "../services/playground.ts";
import type { FigureState, FusedAnswers, PlaygroundState } from "../services/playgroundState.ts";
import { words } from "./words.ts";

export interface FusionSlidersProps {
  readonly playground: Playground;
  readonly shown: PlaygroundState;
  readonly isClosed: boolean;
  /** What the last round made, its weights and how; null before it. */
  readonly served: { readonly weights: FusionWeights; readonly words: string } | null;
  readonly fusionRows: number;
}

const SLIDERS = ["personal", "shared"] as const;
const KINDS = ["factor", "product"] as const satisfies readonly FusedAnswers["kind"][];

/** What the tab serves or a mix by hand, and what it is worth. */
export function FusionSliders({ playground, shown, isClosed, served, fusionRows }: FusionSlidersProps) {
  const { fused, figure } = shown;
  const { weights } = fused;
  const found = served ? [served.weights.personal, served.weights.shared] : [];
  const low = Math.min(-0.5, ...found);
  const high = Math.max(1.5, ...found);
  const mix = (change: Partial<FusedAnswers>) => playground.fuse({ ...fused, source: "hand", ...change });
  const points = [
    { label: words.fusionSliders.personal, at: { personal: 1, shared: 0 } },
    { label: words.fusionSliders.shared, at: { personal: 0, shared: 1 } },
    { label: words.fusionSliders.halfAndHalf, at: { personal: 0.5, shared: 0.5 } },
  ];
  return (
    <>
      {SLIDERS.map((key) => (
        <div key={key} className="weight">
          <span>{words.fusionSliders.weights[key]}</span>
          <Slider
            thumbLabel={words.fusionSliders.weights[key]}
            min={low}
            max={high}
            step={0.01}
            label={null}
            startPointValue={0}
            size={6}
            style={{ "--slider-color": `var(--${key})` }}
            value={weights[key]}
            disabled={isClosed}
            onChange={(value) => mix({ weights: { ...weights, [key]: value } })}
          />
          <span>{formatNumber(weights[key], 2)}</span>
        </div>
      ))}
      <Group gap={6} my="sm">
        {served && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={isClosed}
            onClick={() => playground.fuse({ ...fused, source: "served", weights: served.weights })}
          >
            {words.fusionSliders.asServed}
          </Button>
        )}
        {points.map(({ label, at }) => (
          <Button key={label} size="compact-sm" variant="default" disabled={isClosed} onClick={() => mix({ weights: at })}>
            {label}
          </Button>
        ))}
      </Group>
      <NativeSelect
        label={words.fusionSliders.mixedByHand}
        size="xs"
        value={fused.kind}
        data={KINDS.map((value) => ({ value, label: words.fusionSliders.kinds[value].label }))}
        disabled={isClosed}
        onChange={(event) => mix({ kind: KINDS.find((kind) => kind === event.currentTarget.value) ?? "factor" })}
      />
      <p className="small" style={{ margin: "8px 0" }}>
        {fused.source === "served" ? served?.words : words.fusionSliders.kinds[fused.kind].words}
      </p>
      <p aria-live="polite" style={{ margin: 0 }}>
        {isClosed && figure.kind === "none" ? null : figureWords(figure, fusionRows)}
      </p>
    </>
  );
}

function figureWords(figure: FigureState, fusionRows: number): string {
  const rows = words.fusionSliders.yourRows(fusionRows);
  switch (figure.kind) {
    case "none":
      return words.fusionSliders.moveWeight(rows);
    case "measuring":
      return words.fusionSliders.measuringOn(rows);
    case "measured":
      return figure.accuracy === null
        ? words.fusionSliders.loss(formatLoss(figure.loss), rows)
        : words.fusionSliders.accuracyAndLoss(formatFraction(figure.accuracy), formatLoss(figure.loss), rows);
    case "failed":
      return failureLine(figure.failure);
  }
}
