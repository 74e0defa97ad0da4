import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { Button, Group, Slider } from "@mantine/core";
import { formatFraction, formatLoss, plural } from "../lib/format.ts";
import type { Playground } from "../services/playground.ts";
import type { FigureState, PlaygroundState } from "../services/playgroundState.ts";

export interface FusionSlidersProps {
  readonly playground: Playground;
  readonly shown: PlaygroundState;
  readonly isClosed: boolean;
  /** The weights the last round found; null before it. */
  readonly found: FusionWeights | null;
  readonly fusionRows: number;
}

const SLIDERS = [
  { key: "personal", label: "w₁ personal", color: "var(--duet-personal)" },
  { key: "shared", label: "w₂ shared", color: "var(--duet-shared)" },
] as const;

/** Both weights by hand, and what they are worth. */
export function FusionSliders({ playground, shown, isClosed, found, fusionRows }: FusionSlidersProps) {
  const { weights, figure } = shown;
  const low = Math.min(-0.5, ...(found ? [found.personal, found.shared] : []));
  const high = Math.max(1.5, ...(found ? [found.personal, found.shared] : []));
  const points = [
    ...(found ? [{ label: "Found", at: found }] : []),
    { label: "Personal", at: { personal: 1, shared: 0 } },
    { label: "Shared", at: { personal: 0, shared: 1 } },
    { label: "Half and half", at: { personal: 0.5, shared: 0.5 } },
  ];
  return (
    <>
      {SLIDERS.map(({ key, label, color }) => (
        <div key={key} className="weight">
          <span>{label}</span>
          <Slider
            thumbLabel={label}
            min={low}
            max={high}
            step={0.01}
            label={null}
            startPointValue={0}
            size={6}
            style={{ "--slider-color": color }}
            value={weights[key]}
            disabled={isClosed}
            onChange={(value) => playground.weigh({ ...weights, [key]: value })}
          />
          <span>{weights[key].toFixed(2)}</span>
        </div>
      ))}
      <Group gap={6} my="sm">
        {points.map(({ label, at }) => (
          <Button key={label} size="compact-sm" variant="default" disabled={isClosed} onClick={() => playground.weigh(at)}>
            {label}
          </Button>
        ))}
      </Group>
      <p aria-live="polite" style={{ margin: 0 }}>
        {figureWords(figure, fusionRows)}
      </p>
    </>
  );
}

function figureWords(figure: FigureState, fusionRows: number): string {
  const rows = `your ${plural(fusionRows, "fusion row")}`;
  switch (figure.kind) {
    case "none":
      return `Move a weight to measure it on ${rows}.`;
    case "measuring":
      return `Measuring on ${rows}`;
    case "measured":
      return figure.accuracy === null
        ? `Loss ${formatLoss(figure.loss)} on ${rows}`
        : `Accuracy ${formatFraction(figure.accuracy)}, loss ${formatLoss(figure.loss)} on ${rows}`;
    case "failed":
      return `${figure.failure.sentence} ${figure.failure.nextStep}`;
  }
}
